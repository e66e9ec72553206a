using System.Globalization;
using BrowserFarm.Storage;
using BrowserFarm.Storage.Exports;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm results</c> of a service's crawl: page of results by page, put together as one document.</summary>
internal sealed class RemoteResults(FarmClient farm, string crawl)
{
    private const int AtOnce = 1_000;

    /// <summary>Writes everything after a result's number to a stream.</summary>
    /// <returns>How many results.</returns>
    public async Task<long> WriteAsync(Stream to, ResultFormat format, long after, CancellationToken cancellationToken)
    {
        // An array is made of lines, and a table's later parts lose their head: so much of the formats has to be known here.
        var wanted = format == ResultFormat.Csv ? "csv" : "ndjson";
        var sum = 0L;
        await using var output = new BufferedStream(to, 64 * 1024);
        if (format == ResultFormat.Json)
            output.WriteByte((byte)'[');
        while (true)
        {
            using var answer = await farm.OpenAsync(string.Create(CultureInfo.InvariantCulture, $"v1/crawls/{Uri.EscapeDataString(crawl)}/results?format={wanted}&limit={AtOnce}&cursor={after}"), cancellationToken);
            var count = Number(answer, "Farm-Results");
            if (sum == 0 || count > 0)
                await CopyAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), output, format, isFirst: sum == 0, cancellationToken);
            (sum, after) = (sum + count, Number(answer, "Farm-Cursor"));
            if (count < AtOnce)
                break;
        }

        if (format == ResultFormat.Json)
            output.Write("]\n"u8);
        await output.FlushAsync(cancellationToken);
        return sum;
    }

    /// <summary>Writes to a file, whole or not at all, or to the output.</summary>
    public async Task<int> WriteAsync(string? file, ResultFormat format, long after, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            await using var output = new PipeOutput();
            await output.WriteAsync(stream => WriteAsync(stream, format, after, cancellationToken));
            return ExitCode.Ok;
        }

        var written = 0L;
        await WholeFile.WriteAsync(file, async stream => written = await WriteAsync(stream, format, after, cancellationToken));
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{written} results of {crawl} are in {file}"));
        return ExitCode.Ok;
    }

    private static async Task CopyAsync(Stream from, Stream to, ResultFormat format, bool isFirst, CancellationToken cancellationToken)
    {
        if (format == ResultFormat.Csv && !isFirst)
            await SkipHeadAsync(from, cancellationToken);
        if (format != ResultFormat.Json)
        {
            await from.CopyToAsync(to, cancellationToken);
            return;
        }

        using var reader = new StreamReader(from);
        await using var writer = new StreamWriter(to, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            await writer.WriteAsync(isFirst ? "\n" : ",\n");
            await writer.WriteAsync(line);
            isFirst = false;
        }
    }

    /// <summary>The names of columns are one line: none of them has a break in it.</summary>
    private static async Task SkipHeadAsync(Stream from, CancellationToken cancellationToken)
    {
        var one = new byte[1];
        while (await from.ReadAsync(one, cancellationToken) > 0 && one[0] != (byte)'\n')
        {
        }
    }

    private static long Number(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CliException(ExitCode.Service, $"The answer has no {header}: it is not a BrowserFarm service's, or of another release.");
}
