namespace ContextPool.Memory;

/// <summary>Tells what a process of a cell does by its command line. Pure.</summary>
internal static class BrowserCommandLine
{
    /// <param name="text">
    /// <c>/proc/[pid]/cmdline</c>: arguments, each followed by a NUL. Children of the zygote rewrite theirs into one text with spaces
    /// between, filled up with NULs.
    /// </param>
    /// <param name="parent">What the process above does: a browser is started by the driver, or by a script that the driver started.</param>
    public static BrowserProcessKind KindOf(ReadOnlySpan<byte> text, BrowserProcessKind parent)
    {
        text = text.TrimEnd((byte)0);
        var separator = text.Contains((byte)0) ? (byte)0 : (byte)' ';

        var type = ValueOf(text, "--type="u8, separator);
        if (type.IsEmpty)
            return parent is BrowserProcessKind.Driver or BrowserProcessKind.Other && IsBrowser(text, separator) ? BrowserProcessKind.Browser : BrowserProcessKind.Other;
        if (type.SequenceEqual("renderer"u8))
            return BrowserProcessKind.Renderer;
        if (type.SequenceEqual("gpu-process"u8))
            return BrowserProcessKind.Gpu;
        if (type.SequenceEqual("zygote"u8))
            return BrowserProcessKind.Zygote;
        if (!type.SequenceEqual("utility"u8))
            return BrowserProcessKind.Other;

        return ValueOf(text, "--utility-sub-type="u8, separator).SequenceEqual("network.mojom.NetworkService"u8)
            ? BrowserProcessKind.NetworkService
            : BrowserProcessKind.OtherUtility;
    }

    /// <summary>Debian's command is a shell script with the browser's own arguments that starts the browser as its child.</summary>
    private static bool IsBrowser(ReadOnlySpan<byte> text, byte separator)
    {
        var end = text.IndexOf(separator);
        var program = end < 0 ? text : text[..end];
        program = program[(program.LastIndexOf((byte)'/') + 1)..];

        var isShell = program.EndsWith("sh"u8) && program.Length <= 4;   // sh, ash, ksh, zsh, bash, dash
        return !isShell && (HasArgument(text, "--remote-debugging-"u8, separator) || HasArgument(text, "--user-data-dir="u8, separator));
    }

    private static bool HasArgument(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start, byte separator) => Find(text, start, separator) >= 0;

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start, byte separator)
    {
        var at = Find(text, start, separator);
        if (at < 0)
            return default;

        var value = text[(at + start.Length)..];
        var end = value.IndexOf(separator);
        return end < 0 ? value : value[..end];
    }

    /// <summary>Where an argument begins that starts like this; -1 when none does.</summary>
    private static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start, byte separator)
    {
        for (var from = 0; text[from..].IndexOf(start) is >= 0 and var step; from += step + 1)
        {
            if (from + step > 0 && text[from + step - 1] == separator)
                return from + step;
        }

        return -1;
    }
}
