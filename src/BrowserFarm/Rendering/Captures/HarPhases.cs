namespace BrowserFarm.Rendering.Captures;

/// <summary>How long the phases of an exchange took, in milliseconds; -1 for one that did not happen.</summary>
internal sealed record HarPhases(double Blocked, double Dns, double Connect, double Send, double Wait, double Receive, double Ssl)
{
    /// <summary>As the specification demands: the sum of the phases that happened, of which <c>ssl</c> is a part of <c>connect</c>.</summary>
    public double Total => Math.Round(new[] { Blocked, Dns, Connect, Send, Wait, Receive }.Where(phase => phase > 0).Sum(), 3);

    public IEnumerable<(string Name, double Milliseconds)> All =>
        [("blocked", Blocked), ("dns", Dns), ("connect", Connect), ("send", Send), ("wait", Wait), ("receive", Receive), ("ssl", Ssl)];

    public static HarPhases Of(NetworkExchange exchange)
    {
        if (exchange.Answer?.Timing is not { } timing)
        {
            // From a cache, or never answered: all that is known is how long it took.
            var all = exchange.Ended is { } end ? HarWriter.Milliseconds(end - exchange.Started) : 0;
            return new HarPhases(-1, -1, -1, 0, all, 0, -1);
        }

        var queued = HarWriter.Milliseconds(timing.RequestTime - exchange.Started);
        var firstPhase = new[] { timing.DnsStart, timing.ConnectStart, timing.SendStart }.Where(start => start >= 0).DefaultIfEmpty(0).Min();
        var headersAt = timing.RequestTime + (timing.HeadersEnd / 1000);
        return new HarPhases(
            Rounded(queued + firstPhase),
            Between(timing.DnsStart, timing.DnsEnd),
            Between(timing.ConnectStart, timing.ConnectEnd),
            Math.Max(0, Between(timing.SendStart, timing.SendEnd)),
            Math.Max(0, Between(timing.SendEnd, timing.HeadersEnd)),
            exchange.Ended is { } ended ? HarWriter.Milliseconds(ended - headersAt) : 0,
            Between(timing.SslStart, timing.SslEnd));
    }

    private static double Between(double start, double end) => start < 0 || end < start ? -1 : Rounded(end - start);

    private static double Rounded(double milliseconds) => Math.Round(milliseconds, 3);
}
