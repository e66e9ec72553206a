using BrowserFarm.Limiting;
using BrowserFarm.Rendering;

namespace BrowserFarm.Hosting;

/// <summary>The limits of a service that may be changed while it runs.</summary>
/// <param name="Concurrency">Pages in browsers at once at most; null for as many as the machine bears.</param>
public sealed record FarmLimits(int? Concurrency, TargetRules Targets);

/// <summary>The limits file cannot be used.</summary>
public sealed class LimitsFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads the limits file: strictly, so that a misspelt limit is a message and not no limit.</summary>
/// <remarks>
/// <code>{ "concurrency": 8, "target": { "max": 16 }, "targets": { "shop.example.org": { "max": 2, "spacingMs": 1000 }, "*.example.com": { "max": 4 } } }</code>
/// What a rule leaves out is as for all targets, what that leaves out as the program has it.
/// </remarks>
public static class LimitsFile
{
    private const int MaxBytes = 1 << 20;
    private const int MaxRules = 10_000;
    private const int MaxDay = 24 * 60 * 60 * 1000;

    private static readonly string[] Keys = ["concurrency", "target", "targets"];
    private static readonly string[] TargetKeys = ["start", "max", "spacingMs", "firstPauseMs", "maxPauseMs"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="LimitsFileException">It cannot be read, or has mistakes; the message lists them.</exception>
    public static FarmLimits Load(string path, TargetLimitOptions usual) => Watch(path, usual).Load();

    /// <summary>A file that is taken up when it changes.</summary>
    public static WatchedFile<FarmLimits> Watch(string path, TargetLimitOptions usual) =>
        new(() => ReadBytes(path), bytes => Parse(bytes, path, usual), exception => exception is LimitsFileException);

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxBytes ? File.ReadAllBytes(path) : throw new LimitsFileException($"The limits file {path} has more than {MaxBytes} bytes.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LimitsFileException($"The limits file {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <param name="name">How messages call the file.</param>
    /// <param name="usual">What holds where the file says nothing.</param>
    /// <exception cref="LimitsFileException">It has mistakes; the message lists them.</exception>
    public static FarmLimits Parse(ReadOnlyMemory<byte> json, string name, TargetLimitOptions usual)
    {
        try
        {
            return CheckedJson.ReadAll(json, name, "a file of limits", Keys, top =>
            {
                var common = TargetOf(top.Object("target", TargetKeys), usual);
                var rules = top.Entries("targets", MaxRules, IsHost, "a host's name in lower case, or *. and a name", TargetKeys)
                    .ToDictionary(entry => entry.Name, entry => TargetOf(entry.Value, common), StringComparer.Ordinal);
                return new FarmLimits(top.Whole("concurrency", 1, 1_000), new TargetRules(common, rules));
            });
        }
        catch (FormatException exception)
        {
            throw new LimitsFileException(exception.Message, exception);
        }
    }

    private static TargetLimitOptions TargetOf(CheckedJson? json, TargetLimitOptions usual)
    {
        if (json is null)
            return usual;

        var max = json.Whole("max", 1, 1_000) ?? usual.Max;
        return new TargetLimitOptions
        {
            Start = Math.Min(json.Whole("start", 1, 1_000) ?? usual.Start, max),
            Max = max,
            Spacing = Milliseconds("spacingMs", 0) ?? usual.Spacing,
            FirstPause = Milliseconds("firstPauseMs", 1) ?? usual.FirstPause,
            MaxPause = Milliseconds("maxPauseMs", 1) ?? usual.MaxPause,
        };

        TimeSpan? Milliseconds(string key, int least) => json.Whole(key, least, MaxDay) is { } value ? TimeSpan.FromMilliseconds(value) : null;
    }

    private static bool IsHost(string text)
    {
        var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        return name.Length is > 0 and <= 255 && !text.Any(char.IsAsciiLetterUpper) && (name[0] == '[' || Uri.CheckHostName(name) != UriHostNameType.Unknown);
    }
}
