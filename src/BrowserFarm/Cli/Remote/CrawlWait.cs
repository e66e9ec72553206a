using BrowserFarm.Api.Answers;

namespace BrowserFarm.Cli.Remote;

/// <summary>Waits for a service's crawl and tells how it goes.</summary>
internal static class CrawlWait
{
    private static readonly TimeSpan ToldEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BeforeAskingAgain = TimeSpan.FromSeconds(1);

    /// <summary>A service that is restarted, or updated, is there again by then.</summary>
    private static readonly TimeSpan GoneAtMost = TimeSpan.FromMinutes(5);

    /// <exception cref="CliException">The service was not there, or not for so long that it will not come back.</exception>
    /// <returns>7 when it is over and not a page could be read; 130 when somebody else called it off.</returns>
    public static async Task<int> UntilOverAsync(FarmClient farm, string crawl, bool asJson, CancellationToken cancellationToken)
    {
        var path = $"v1/crawls/{Uri.EscapeDataString(crawl)}/events";
        var time = TimeProvider.System;
        long? told = null, heard = null;
        while (true)
        {
            await foreach (var (name, data) in EventsAsync(farm, path, () => heard is { } last && time.GetElapsedTime(last) < GoneAtMost, cancellationToken))
            {
                heard = time.GetTimestamp();
                var seen = FarmClient.Read(data, ApiJson.Readable.CrawlProgressAnswer);
                if (asJson || name == "end" || told is not { } before || time.GetElapsedTime(before) >= ToldEvery)
                {
                    await Console.Out.WriteLineAsync(asJson ? data : RemoteText.Progress(seen));
                    told = time.GetTimestamp();
                }

                if (name == "end")
                    return seen.State == "cancelled" ? ExitCode.Interrupted : seen.Pages.Succeeded == 0 ? ExitCode.NothingRead : ExitCode.Ok;
            }

            await Task.Delay(BeforeAskingAgain, time, cancellationToken);   // the service was restarted, or a proxy had enough
        }
    }

    /// <summary>Until the connection ends, whoever ended it.</summary>
    /// <param name="mayBeGone">Whether it is no matter when there is no service just now.</param>
    private static async IAsyncEnumerable<(string Name, string Data)> EventsAsync(FarmClient farm, string path, Func<bool> mayBeGone, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var events = farm.EventsAsync(path, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync())
                    yield break;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException || (exception is CliException { ExitCode: ExitCode.Service } && mayBeGone()))
            {
                yield break;
            }

            yield return events.Current;
        }
    }
}
