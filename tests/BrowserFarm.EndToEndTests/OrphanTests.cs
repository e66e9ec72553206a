using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>What is left when the program is killed, and that the next start removes it.</summary>
public sealed class OrphanTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Crawl_KilledWhileItsDriverIsStopped_LeavesOrphansThatTheNextStartRemoves()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<a href=/hang>more</a>");
        site.Map("/hang", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        IReadOnlyList<ProcessEntry> family;
        string cell;
        await using (var farm = FarmProcess.Start(_folder.Path, "crawl", site.BaseUri.AbsoluteUri, "--out", "out"))
        {
            await Eventually.HoldsAsync(() => site.VisitsTo("/hang") > 0, Bounds.Long, "the crawl is under way");
            family = ProcessTable.DescendantsOf(farm.Pid);
            var driver = family.First(process => process.CommandLine.Contains("run-driver", StringComparison.Ordinal));
            cell = TempFolderOf(driver.Pid);
            // A stopped driver does not notice that its program is gone; and the browser does not notice while the driver is there.
            Signal.Stop(driver.Pid);
            Signal.Kill(farm.Pid);
            await farm.EndAsync(Bounds.Medium);
        }

        family.Should().Contain(process => !IsGone(process), "else there would be nothing to remove");
        Directory.Exists(cell).Should().BeTrue();

        // A crawl, which tries a page again that a busy machine was too slow for.
        var next = await FarmProcess.RunAsync(_folder.Path, "crawl", site.BaseUri.AbsoluteUri, "--max-pages", "1", "--out", "next");

        next.ExitCode.Should().Be(0, next.Errors);
        await Eventually.HoldsAsync(() => family.All(IsGone), Bounds.Medium, "drivers and browsers of the dead program are gone");
        Directory.Exists(cell).Should().BeFalse();
    }

    [Fact]
    public async Task Render_DoneInOrder_LeavesNoFolderBehind()
    {
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<p>x</p>");
        var temp = _folder.Combine("temp");
        Directory.CreateDirectory(temp);
        await using var farm = FarmProcess.StartWith(
            "dotnet", _folder.Path, [FarmProcess.ProgramPath, "render", site.BaseUri.AbsoluteUri], new Dictionary<string, string?> { ["TMPDIR"] = temp });

        (await farm.EndAsync(Bounds.Long)).ExitCode.Should().Be(0);

        Directory.EnumerateFiles(temp, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/.dotnet/", StringComparison.Ordinal) && !file.Contains("/compiled/", StringComparison.Ordinal)).Should().BeEmpty();
        Directory.EnumerateDirectories(temp, "cell-*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    private static string TempFolderOf(int pid) =>
        File.ReadAllText($"/proc/{pid}/environ").Split('\0').Single(variable => variable.StartsWith("TMPDIR=", StringComparison.Ordinal))["TMPDIR=".Length..];

    private static bool IsGone(ProcessEntry process) => ProcessTable.Find(process.Pid) is null or { IsZombie: true };
}
