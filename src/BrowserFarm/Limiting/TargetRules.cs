using BrowserFarm.Jobs;

namespace BrowserFarm.Limiting;

/// <summary>Which bounds hold for which target: those of the first rule that fits its host, or else the common ones. Immutable.</summary>
/// <param name="common">For targets that no rule fits.</param>
/// <param name="rules">In the order in which they are tried.</param>
public sealed class TargetRules(TargetLimitOptions common, IReadOnlyList<TargetRule> rules)
{
    public TargetLimitOptions Common { get; } = common;

    public IReadOnlyList<TargetRule> Rules { get; } = rules;

    public TargetLimitOptions For(TargetKey target)
    {
        var host = HostOf(target.Value);
        foreach (var rule in Rules)
        {
            if (rule.Fits(host))
                return rule.Options;
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

/// <summary>Bounds of some hosts' targets.</summary>
/// <param name="Host">A host's name in lower case, or <c>*.example.org</c> for all below it.</param>
public sealed record TargetRule(string Host, TargetLimitOptions Options)
{
    internal bool Fits(ReadOnlySpan<char> host) => Host.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(Host.AsSpan(1), StringComparison.Ordinal)
        : host.SequenceEqual(Host);
}
