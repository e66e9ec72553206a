using System.Runtime.CompilerServices;
using System.Text;

namespace BrowserFarm.Crawling;

/// <summary>One line of a text.</summary>
/// <param name="Text">Without its end; the beginning only when it is cut.</param>
/// <param name="IsCut">The line is longer than was asked for.</param>
internal readonly record struct BoundedLine(string Text, bool IsCut);

/// <summary>Reads a text by lines in constant memory, however long the text and its lines are.</summary>
internal static class BoundedLines
{
    /// <summary>Every line, blank ones too. A cut line is handed out as soon as it is too long; the rest of it is passed over.</summary>
    /// <param name="maxLength">Longest line, in characters, that is handed out whole.</param>
    public static async IAsyncEnumerable<BoundedLine> ReadAsync(TextReader reader, int maxLength, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new char[8192];
        var line = new StringBuilder();
        bool isCut = false, afterReturn = false, isOpen = false;
        while (await reader.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            for (var at = 0; at < count; at++)
            {
                var c = buffer[at];
                var isSecondHalf = c == '\n' && afterReturn;
                afterReturn = c == '\r';
                if (isSecondHalf)
                    continue;

                if (c is '\r' or '\n')
                {
                    if (!isCut)
                        yield return new BoundedLine(line.ToString(), IsCut: false);
                    line.Clear();
                    isCut = isOpen = false;
                }
                else if (line.Length < maxLength)
                {
                    line.Append(c);
                    isOpen = true;
                }
                else if (!isCut)
                {
                    isCut = true;
                    yield return new BoundedLine(line.ToString(), IsCut: true);
                }
            }
        }

        if (isOpen && !isCut)
            yield return new BoundedLine(line.ToString(), IsCut: false);
    }
}
