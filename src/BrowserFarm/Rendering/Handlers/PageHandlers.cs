using System.Globalization;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Failures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Handlers;

/// <summary>That a handler is registered under this name.</summary>
internal sealed record PageHandlerName(string Value);

/// <summary>The registered handlers, and how one of them is called: within a time, and whatever it does is a value.</summary>
public sealed class PageHandlers
{
    /// <summary>Characters of JSON that a handler may return.</summary>
    private const int MaxData = 5_000_000;

    private readonly IServiceProvider? _services;

    internal PageHandlers(IServiceProvider? services, IEnumerable<PageHandlerName> names)
    {
        _services = services;
        Names = [.. names.Select(name => name.Value)];
    }

    /// <summary>For a renderer that knows none.</summary>
    public static PageHandlers None { get; } = new(services: null, []);

    /// <summary>Under these names.</summary>
    public IReadOnlyList<string> Names { get; }

    internal async Task<(PageFindings? Findings, AttemptFailure? Failure)> RunAsync(
        string name, IPage page, PageVisit visit, TimeSpan atMost, TimeProvider time, CancellationToken stop)
    {
        try
        {
            var handler = _services?.GetKeyedService<IPageHandler>(name);
            if (handler is null)
                return (null, Failed(FailureKind.Permanent, $"There is no handler {name} in this program."));

            // On a thread of the pool: what it does before its first await is in nobody's way.
            var findings = await Bounded.RunAsync(atMost, time, bounded => Task.Run(() => handler.HandleAsync(page, visit, bounded), bounded), stop);
            if (findings is null)
                return (null, Failed(FailureKind.Permanent, $"The handler {name} returned nothing."));
            return findings.Data?.ToJsonString().Length is > MaxData and var length
                ? (null, Failed(FailureKind.Permanent, $"The handler {name} returned {length} characters; at most {MaxData} are kept."))
                : (findings, null);
        }
        catch (TimeoutException)
        {
            return (null, Failed(FailureKind.Transient, string.Create(CultureInfo.InvariantCulture, $"The handler {name} was not done within {atMost.TotalSeconds:0.#} s, or waited in vain in the page.")));
        }
        catch (PlaywrightException exception) when (!FailureClassifier.IsEndOfPage(exception))
        {
            return (null, Failed(FailureKind.Transient, $"The handler {name} failed: {exception.Message.Split('\n')[0]}"));
        }
        catch (Exception exception) when (exception is not (PlaywrightException or OperationCanceledException) || !(stop.IsCancellationRequested || exception is PlaywrightException))
        {
            return (null, Failed(FailureKind.Permanent, $"The handler {name} failed: {exception.GetType().Name}: {exception.Message.Split('\n')[0]}"));
        }
    }

    private static AttemptFailure Failed(FailureKind kind, string reason) => new(kind, FailureClasses.HandlerFailed, reason);
}
