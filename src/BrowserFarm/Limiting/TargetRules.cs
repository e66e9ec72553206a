using System.Collections.Frozen;
using BrowserFarm.Jobs;

namespace BrowserFarm.Limiting;

/// <summary>Which bounds hold for which target: those of its host, else of the nearest name above it, else the common ones. Immutable.</summary>
/// <remarks>A target is found in one step for each part of its name, however many rules there are: they are asked for every new target, and for all of them when they change.</remarks>
public sealed class TargetRules
{
    private readonly FrozenDictionary<string, TargetLimitOptions>.AlternateLookup<ReadOnlySpan<char>> _rules;

    /// <param name="common">For targets that no rule fits.</param>
    /// <param name="rules">By a host's name in lower case, or <c>*.example.org</c> for all below it.</param>
    public TargetRules(TargetLimitOptions common, IReadOnlyDictionary<string, TargetLimitOptions> rules)
    {
        Common = common;
        _rules = rules.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public TargetLimitOptions Common { get; }

    public TargetLimitOptions For(TargetKey target)
    {
        var host = HostOf(target.Value);
        if (_rules.TryGetValue(host, out var own))
            return own;

        Span<char> above = stackalloc char[host.Length + 1];
        for (var dot = host.IndexOf('.'); dot >= 0; dot = host.IndexOf('.'))
        {
            host = host[(dot + 1)..];
            "*.".CopyTo(above);
            host.CopyTo(above[2..]);
            if (_rules.TryGetValue(above[..(host.Length + 2)], out var options))
                return options;
        }

        return Common;
    }

    private static ReadOnlySpan<char> HostOf(string target)
    {
        var host = target.AsSpan(target.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0);
        var end = host.Length > 0 && host[0] == '[' ? host.IndexOf(']') + 1 : host.IndexOf(':');
        return end > 0 ? host[..end] : host;
    }
}
