using System.ComponentModel.DataAnnotations;
using ContextPool.Browsers;
using ContextPool.Watchdog;

namespace ContextPool;

/// <summary>How many contexts are lent, for how long, and by which browser.</summary>
public sealed partial class ContextPoolOptions
{
    /// <summary>Taken once: while a driver is started, its temporary folder is that of the whole process.</summary>
    private static readonly string DefaultWorkFolder = Path.Join(Path.GetTempPath(), $"contextpool-{Environment.UserName}");

    /// <summary>Name of the configuration section these settings are usually bound from.</summary>
    public const string Section = "BrowserFarm:Pool";

    /// <summary>Upper bound on contexts open at once, whatever memory and processor would allow.</summary>
    /// <value>Null (default): no such bound; 1 to 10 000.</value>
    [Range(1, 10_000)]
    public int? MaxContexts { get; set; }

    /// <summary>Contexts open at once per processor core.</summary>
    /// <value>Default 4; 1 to 64. More than a few busy tabs per core only make each other late.</value>
    [Range(1, 64)]
    public int MaxContextsPerCore { get; set; } = 4;

    /// <summary>Contexts that share one browser process and one driver process, that is, one failure domain.</summary>
    /// <value>Default 16; 1 to 100. A dead browser takes this many leases with it at most; a browser with its driver costs as much memory as six tabs.</value>
    [Range(1, 100)]
    public int MaxContextsPerCell { get; set; } = 16;

    /// <summary>Longest a browser may take to start.</summary>
    /// <value>Default 30 s; 1 s to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan LaunchTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest a running browser may take to open a context; a slower one is taken for hung and killed.</summary>
    /// <value>Default 15 s; 1 s to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest a context may take to close; after that its browser is killed by process id.</summary>
    /// <value>Default 3 s; 0.1 s to 1 min. Measured: a looping page closes in 20–110 ms.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest a returned tab may take to leave its page and be fit for its key's next lease; a slower one is closed.</summary>
    /// <value>Default 2 s; 0.1 s to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ScrubTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between two signs of life asked of a page, a browser and a driver.</summary>
    /// <value>Default 10 s; 0.1 s to 1 min. A browser or driver that answers nothing for two of them and 5 s is killed.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a page's script may answer nothing before its lease is ended.</summary>
    public KillAfterOptions KillAfter { get; set; } = new();

    /// <summary>Folder below which every cell has one of its own: profiles, temporary files, and the ledger of what runs.</summary>
    /// <value>Default <c>contextpool-USER</c> in the system's temporary folder. Programs that share it clean up after each other.</value>
    [Required]
    public string WorkFolder { get; set; } = DefaultWorkFolder;

    /// <summary>Which Chromium, and how it is started.</summary>
    public LaunchProfile Launch { get; set; } = new();

    /// <summary>What every context looks like to the pages in it: viewport, locale, user agent and so on.</summary>
    public ContextProfile Context { get; set; } = new();
}
