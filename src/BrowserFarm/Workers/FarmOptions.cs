using BrowserFarm.Jobs;
using BrowserFarm.Limiting;
using BrowserFarm.Queueing;
using BrowserFarm.Rendering;
using BrowserFarm.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace BrowserFarm.Workers;

/// <summary>How many attempts run at once and how long each may take, with the settings of what they pass through.</summary>
public sealed class FarmOptions
{
    /// <summary>Attempts at once. Null (default): as many as the pool has places for when the farm starts.</summary>
    public int? Workers { get; set; }

    /// <summary>Pages open at once for a processor core at most, where nobody says how many. Default 12; 1 to 64.</summary>
    /// <remarks>
    /// How many are open below that is <see cref="HostBudget"/>'s to find: of pages that wait for their site most of the time many, of busy ones two. The pool by itself opens four, for nobody there looks at
    /// the processors.
    /// </remarks>
    public int PagesPerCore { get; set; } = 12;

    /// <summary>Time that running attempts get to finish when the farm is told to stop. Default 25 s, below the 30 s that orchestrators give.</summary>
    public TimeSpan DrainGrace { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a crawl that is over waits for its webhook to take another message; what it does not take is sent when the crawl is resumed. Default 30 s.</summary>
    public TimeSpan DeliveryGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time in which what was read last must have arrived there when a crawl is stopped before its end. Default 5 s.</summary>
    public TimeSpan DeliveryGraceWhenStopped { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that a crawl's folder may take: database, results and files. Reached, the crawl is stopped and can be gone on with. Null (default): as the disk has room.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>What a program that embeds the farm adds to its parts, above all handlers (<c>AddPageHandler</c>). Null adds nothing.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; set; }

    public RenderOptions Render { get; set; } = new();

    public RetryOptions Retry { get; set; } = new();

    public TargetLimitOptions TargetLimit { get; set; } = new();

    public LaneShareOptions Lanes { get; set; } = new();

    /// <summary>When what a crawl finds waits outside of the lines.</summary>
    public DiscoveryOptions Discovery { get; set; } = new();

    /// <summary>Pages read at once without a browser, when a crawl has such pages. Default 16; at least 1.</summary>
    public int HttpWorkers { get; set; } = 16;

    /// <summary>Whether there may be pages that are read without a browser. Default true.</summary>
    public bool UsesHttp { get; set; } = true;

    /// <summary>Time in which a queue should be empty: more machines are advised when it takes longer and grows. Default an hour.</summary>
    public TimeSpan TargetDrain { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a claim holds without a sign of life. Default 30 s; at least 1 s.</summary>
    /// <remarks>
    /// It bounds no attempt, for claims are renewed as long as the program lives (<see cref="ClaimKeeper"/>), but how long the jobs of a program that stands still
    /// wait for another. 30 s are three tries to renew; shorter, and a disk that is stuck for some seconds costs every attempt.
    /// </remarks>
    public TimeSpan ClaimFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often claims are renewed, and how often those of others that ran out are looked for: a third of <see cref="ClaimFor"/>.</summary>
    public TimeSpan RenewEvery => ClaimFor / 3;

    /// <summary>After how long without renewal an attempt is given up: five sixths of <see cref="ClaimFor"/>, so that its page is closed before another may begin.</summary>
    public TimeSpan FenceAfter => ClaimFor * 5 / 6;

    /// <summary>After this an attempt has ended, whatever it met: the wait for a context, the page, and the storing after it.</summary>
    public TimeSpan LongestAttempt(PageWish wish) => LeaseWait + Render.AttemptTimeoutOf(wish) + TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for a free context.</summary>
    public static TimeSpan LeaseWait { get; } = TimeSpan.FromMinutes(5);
}
