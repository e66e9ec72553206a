using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BrowserFarm.Hosting;
using BrowserFarm.Operations.Audit;
using BrowserFarm.Workers;
using ContextPool;
using ContextPool.Browsers;
using ContextPool.Leasing;
using ContextPool.Memory;

namespace BrowserFarm.Cli;

/// <summary>One finding of a check, and what it is for whoever scheduled it.</summary>
/// <param name="Remedy">What to do; null when there is nothing to do.</param>
/// <param name="ExitCode">What the program ends with when this failed.</param>
internal sealed record Check(string Subject, FindingGrade Grade, string Finding, string? Remedy = null, int ExitCode = ExitCode.Unexpected)
{
    public static Check Of(Finding finding, int exitCode = Cli.ExitCode.Unexpected) => new(finding.Subject, finding.Grade, finding.Text, finding.Remedy, exitCode);
}

/// <summary>Looks at everything a crawl needs. The browser is really started: only that proves that it starts.</summary>
internal static class DoctorChecks
{
    private const long LittleDisk = 1L << 30;
    private const long NoDisk = 64L << 20;

    /// <param name="load">Reads the configuration; may throw, which is then a finding.</param>
    public static async IAsyncEnumerable<Check> RunAsync(Func<PlaywrightConfig> load, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Runtime();
        yield return await SdkAsync(cancellationToken);

        var (config, configuration) = Configuration(load);
        yield return configuration;

        var browser = Browser(config.Launch);
        yield return browser;
        if (browser.Grade != FindingGrade.Failed)
        {
            yield return Sandbox(config.Launch);
            yield return await StartAsync(config, cancellationToken);
        }

        foreach (var check in Memory())
            yield return check;
        foreach (var finding in MachineAudit.Look(BrowserContextPool.CapacityFor(CgroupMemoryProbe.ForThisProcess().Sample(), Pool()).Contexts))
            yield return Check.Of(finding);
        yield return Disk();
        yield return Ports();
    }

    private static Check Runtime() => new(
        "runtime", FindingGrade.Ok, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");

    private static async Task<Check> SdkAsync(CancellationToken cancellationToken)
    {
        const string Remedy = "Only needed to build: apt-get install dotnet-sdk-10.0, or see https://dotnet.microsoft.com/download.";
        try
        {
            var start = new ProcessStartInfo("dotnet", "--list-sdks") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var versions = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).ToList();
            return versions.Exists(version => version.StartsWith("10.", StringComparison.Ordinal))
                ? new Check("sdk", FindingGrade.Ok, $".NET SDK {string.Join(", ", versions)}")
                : new Check("sdk", FindingGrade.Warning, $"no .NET 10 SDK (found: {(versions.Count == 0 ? "none" : string.Join(", ", versions))})", Remedy);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return new Check("sdk", FindingGrade.Warning, "no dotnet command on the PATH", Remedy);
        }
    }

    private static (PlaywrightConfig Config, Check Check) Configuration(Func<PlaywrightConfig> load)
    {
        try
        {
            var config = load();
            return (config, new Check("configuration", FindingGrade.Ok, PlaywrightConfigFile.Find(asked: null) ?? "none found: the defaults hold"));
        }
        catch (ConfigFileException exception)
        {
            return (new PlaywrightConfig(), new Check("configuration", FindingGrade.Failed, exception.Message, "Correct the file; docs/operating.md lists every setting.", ExitCode.Config));
        }
    }

    private static Check Browser(LaunchProfile launch)
    {
        try
        {
            var found = new BrowserLocator().Locate(launch);
            return found.IsHeadlessShell
                ? new Check("browser", FindingGrade.Ok, $"{found.Path} ({found.Origin})")
                : new Check("browser", FindingGrade.Ok, $"{found.Path} ({found.Origin})", "The headless shell needs about half the memory per tab: apt-get install chromium-headless-shell.");
        }
        catch (BrowserNotFoundException exception)
        {
            return new Check("browser", FindingGrade.Failed, exception.Message, "apt-get install chromium-headless-shell", ExitCode.NoBrowser);
        }
    }

    private static Check Sandbox(LaunchProfile launch) => launch switch
    {
        { UsesSandbox: true } => new Check("sandbox", FindingGrade.Ok, "on; whether the kernel allows it shows when the browser starts"),
        { Sandbox: SandboxMode.Auto } => new Check(
            "sandbox", FindingGrade.Warning, "off: root cannot have it, so pages would run with root's rights if they broke out", "Run as another user."),
        _ => new Check("sandbox", FindingGrade.Warning, "off, as configured", "Set launch.sandbox to \"auto\"."),
    };

    private static async Task<Check> StartAsync(PlaywrightConfig config, CancellationToken cancellationToken)
    {
        try
        {
            var options = new ContextPoolOptions { MaxContexts = 1 };
            config.ApplyTo(options);
            var start = TimeProvider.System.GetTimestamp();
            await using var pool = new BrowserContextPool(options);
            await using var lease = await pool.LeaseAsync(new LeaseRequest("doctor") { WaitAtMost = TimeSpan.FromMinutes(1) }, cancellationToken);
            var page = await lease.Context.NewPageAsync();
            await page.EvaluateAsync("1 + 1");
            var version = lease.Context.Browser?.Version;
            return new Check("start", FindingGrade.Ok, string.Create(
                CultureInfo.InvariantCulture, $"browser {version} opened a page in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s"));
        }
        catch (Exception exception) when (exception is BrowserLaunchException or LeaseTimeoutException or Microsoft.Playwright.PlaywrightException)
        {
            return new Check("start", FindingGrade.Failed, exception.Message, ExitCode: ExitCode.NoBrowser);
        }
    }

    /// <summary>As a farm has it to which nothing else was said.</summary>
    private static ContextPoolOptions Pool() => new() { MaxContextsPerCore = new FarmOptions().PagesPerCore };

    private static IEnumerable<Check> Memory()
    {
        var options = Pool();
        var sample = CgroupMemoryProbe.ForThisProcess().Sample();
        var capacity = BrowserContextPool.CapacityFor(sample, options);
        var source = sample.Source switch
        {
            MemorySource.CgroupV1 => "limit of the control group (v1)",
            MemorySource.CgroupV2 => "limit of the control group (v2)",
            _ => "this machine",
        };
        yield return new Check("memory", FindingGrade.Ok, $"{sample.AvailableBytes >> 20} MB of {sample.LimitBytes >> 20} MB free ({source})");

        var bound = capacity.Bound == CapacityBound.Processor
            ? $"{Environment.ProcessorCount} cores × {options.MaxContextsPerCore}"
            : $"free memory at {options.TabBytes >> 20} MB a tab";
        yield return capacity.Contexts > 0
            ? new Check("contexts", FindingGrade.Ok, $"{capacity.Contexts} pages at once, bound by {bound}")
            : new Check("contexts", FindingGrade.Failed, $"no page fits: {bound} after the reserve", "Free some memory or raise the container's limit.");
    }

    private static Check Disk()
    {
        var here = Directory.GetCurrentDirectory();
        try
        {
            var probe = Path.Join(here, $".farm-doctor-{Environment.ProcessId}");
            File.WriteAllText(probe, "x");
            File.Delete(probe);
            var free = new DriveInfo(here).AvailableFreeSpace;
            return free switch
            {
                < NoDisk => new Check("disk", FindingGrade.Failed, $"{free >> 20} MB free in {here}", "Free some space.", ExitCode.Storage),
                < LittleDisk => new Check("disk", FindingGrade.Warning, $"{free >> 20} MB free in {here}", "A crawl with HTML needs about 20 KB a page, with pictures 200 KB."),
                _ => new Check("disk", FindingGrade.Ok, $"{free >> 30} GB free in {here}"),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Check("disk", FindingGrade.Failed, $"{here} cannot be written: {exception.Message}", "Change to another folder, or give crawls a place with --out.", ExitCode.Storage);
        }
    }

    private static Check Ports()
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, DemoCommand.UsualPort);
            listener.Start();
            return new Check("ports", FindingGrade.Ok, $"127.0.0.1:{DemoCommand.UsualPort} is free for the demo shop");
        }
        catch (SocketException exception)
        {
            return new Check("ports", FindingGrade.Warning, $"127.0.0.1:{DemoCommand.UsualPort} is taken ({exception.SocketErrorCode})", "The demo shop will use another port.");
        }
    }
}
