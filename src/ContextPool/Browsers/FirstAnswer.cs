using System.Text.Json;
using Microsoft.Playwright;

namespace ContextPool.Browsers;

/// <summary>Makes ready what reading the first answer of a driver needs, while the driver is starting and this program would only wait.</summary>
/// <remarks>
/// The answer describes a hundred devices. Reading the first of them is, for 80 ms (measured), mostly the runtime finding out and compiling how such a description is read; and writing the
/// first <see cref="CellLedger"/>, which comes next, the same for some more. Nothing depends on it: what is not ready yet is made so when it is needed.
/// </remarks>
internal static class FirstAnswer
{
    /// <summary>As Playwright spells its messages.</summary>
    private static readonly JsonSerializerOptions Spelling = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static readonly Lazy<bool> Once = new(Read);

    /// <summary>Does it, once in the program's life.</summary>
    public static void Prepare() => _ = Once.Value;

    private static bool Read()
    {
        _ = JsonSerializer.Deserialize<BrowserNewContextOptions>("""{"userAgent":"","viewport":{"width":1,"height":1},"deviceScaleFactor":1.5,"isMobile":true,"hasTouch":true}""", Spelling);
        _ = JsonSerializer.Serialize(new CellLedger(ProcessIdentity.OfThisProgram, ProcessGroup.Of(ProcessIdentity.OfThisProgram)), CellLedgerJson.Default.CellLedger);
        return true;
    }
}
