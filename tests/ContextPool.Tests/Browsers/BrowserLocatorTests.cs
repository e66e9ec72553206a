using ContextPool.Browsers;
using TestKit;

namespace ContextPool.Tests.Browsers;

public sealed class BrowserLocatorTests : IDisposable
{
    private readonly TempFolder _machine = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public BrowserLocatorTests()
    {
        _environment["HOME"] = _machine.Combine("home");
        _environment["PATH"] = $"{_machine.Combine("missing")}:{_machine.Combine("bin")}:{_machine.Combine("sbin")}";
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Locate_EverythingInstalled_PrefersInThisOrder()
    {
        var order = new List<string>();
        var configured = Install("opt/mine");
        _environment[BrowserLocator.PathVariable] = Install("opt/variable");
        Install("home/.cache/ms-playwright/chromium_headless_shell-1200/chrome-linux/headless_shell");
        Install("home/.cache/ms-playwright/chromium-1200/chrome-linux/chrome");
        foreach (var command in new[] { "chromium-headless-shell", "chromium", "google-chrome", "microsoft-edge" })
            Install($"bin/{command}");

        order.Add(Locate(new LaunchProfile { ExecutablePath = configured }));
        order.Add(Locate());
        _environment.Remove(BrowserLocator.PathVariable);
        while (true)
        {
            try
            {
                order.Add(Locate());
            }
            catch (BrowserNotFoundException)
            {
                break;
            }

            File.Delete(_machine.Combine(order[^1]));
        }

        order.Should().Equal(
            "opt/mine",
            "opt/variable",
            "home/.cache/ms-playwright/chromium_headless_shell-1200/chrome-linux/headless_shell",
            "home/.cache/ms-playwright/chromium-1200/chrome-linux/chrome",
            "bin/chromium-headless-shell",
            "bin/chromium",
            "bin/google-chrome",
            "bin/microsoft-edge");
    }

    [Fact]
    public void Locate_SeveralRevisionsOfPlaywrights_TakesTheNewestByNumber()
    {
        Install("home/.cache/ms-playwright/chromium_headless_shell-999/chrome-linux/headless_shell");
        Install("home/.cache/ms-playwright/chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell");
        Install("home/.cache/ms-playwright/chromium_headless_shell-abc/chrome-linux/headless_shell");
        Directory.CreateDirectory(_machine.Combine("home/.cache/ms-playwright/chromium_headless_shell-1300/chrome-linux"));   // unpacking broke off

        Locate().Should().Contain("-1200/");
    }

    [Theory]
    [InlineData("chromium-headless-shell", "bin/chromium-headless-shell")]
    [InlineData("chromium", "bin/chromium")]
    [InlineData("chrome", "bin/google-chrome-stable")]
    [InlineData("msedge", "bin/microsoft-edge")]
    public void Locate_Channel_ConsidersOnlyThat(string channel, string expected)
    {
        foreach (var command in new[] { "chromium-headless-shell", "chromium", "google-chrome-stable", "microsoft-edge" })
            Install($"bin/{command}");

        Locate(new LaunchProfile { Channel = channel }).Should().Be(expected);
    }

    [Fact]
    public void Locate_ChannelNotInstalled_SaysWhatWasSearchedAndWhatToDo()
    {
        Install("bin/chromium");

        var locate = () => Locate(new LaunchProfile { Channel = "msedge" });

        locate.Should().Throw<BrowserNotFoundException>().WithMessage("*msedge*microsoft-edge*launch.executablePath*BROWSERFARM_CHROMIUM*");
    }

    [Fact]
    public void Locate_WithAWindow_NeverTakesAHeadlessShell()
    {
        Install("home/.cache/ms-playwright/chromium_headless_shell-1200/chrome-linux/headless_shell");
        Install("bin/chromium-headless-shell");
        Install("bin/chromium-browser");

        Locate(new LaunchProfile { Headless = false }).Should().Be("bin/chromium-browser");
    }

    [Fact]
    public void Locate_ConfiguredFileMissing_SaysSoInsteadOfTakingAnother()
    {
        Install("bin/chromium");

        var locate = () => Locate(new LaunchProfile { ExecutablePath = "/nowhere/chrome" });

        locate.Should().Throw<BrowserNotFoundException>().WithMessage("*launch.executablePath*/nowhere/chrome*");
    }

    [Fact]
    public void Locate_ConfiguredFileIsAFolder_SaysSo()
    {
        var locate = () => Locate(new LaunchProfile { ExecutablePath = _machine.Path });

        locate.Should().Throw<BrowserNotFoundException>().WithMessage("*not a file*");
    }

    [Fact]
    public void Locate_ConfiguredFileNotExecutable_SaysSo()
    {
        _environment[BrowserLocator.PathVariable] = Install("opt/chrome", isExecutable: false);

        var locate = () => Locate();

        locate.Should().Throw<BrowserNotFoundException>().WithMessage("*BROWSERFARM_CHROMIUM*not executable*");
    }

    [Fact]
    public void Locate_NotExecutableOnThePath_GoesOnSearchingAsAShellDoes()
    {
        Install("bin/chromium-headless-shell", isExecutable: false);
        Directory.CreateDirectory(_machine.Combine("bin/chromium"));
        Install("sbin/chromium-headless-shell");

        Locate().Should().Be("sbin/chromium-headless-shell");
    }

    [Theory]
    [InlineData("XDG_CACHE_HOME", "cache", "cache/ms-playwright")]
    [InlineData("PLAYWRIGHT_BROWSERS_PATH", "browsers", "browsers")]
    public void Locate_PlaywrightsFolderElsewhere_LooksThere(string variable, string folder, string expected)
    {
        _environment[variable] = _machine.Combine(folder);
        Install($"{expected}/chromium_headless_shell-1200/chrome-linux/headless_shell");

        Locate().Should().StartWith(expected);
    }

    [Theory]
    [InlineData("XDG_CACHE_HOME", "")]
    [InlineData("PLAYWRIGHT_BROWSERS_PATH", "")]
    [InlineData("PLAYWRIGHT_BROWSERS_PATH", "0")]   // "beside the package", which the .NET package does not have
    public void Locate_VariableThatSaysNothing_IsAsIfUnset(string variable, string value)
    {
        _environment[variable] = value;
        Install("home/.cache/ms-playwright/chromium_headless_shell-1200/chrome-linux/headless_shell");

        Locate().Should().StartWith("home/.cache/ms-playwright");
    }

    [Fact]
    public void Locate_EmptyEnvironment_FindsNothingAndSaysSo()
    {
        _environment.Clear();
        _environment["HOME"] = _machine.Combine("home");

        this.Invoking(test => test.Locate()).Should().Throw<BrowserNotFoundException>().WithMessage("No Chromium was found*");
    }

    /// <returns>Relative to the machine's root.</returns>
    private string Locate(LaunchProfile? profile = null) =>
        Path.GetRelativePath(_machine.Path, new BrowserLocator(_environment.GetValueOrDefault).Locate(profile ?? new LaunchProfile()).Path);

    private string Install(string path, bool isExecutable = true)
    {
        var full = _machine.Combine(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | (isExecutable ? UnixFileMode.UserExecute : UnixFileMode.None));
        return full;
    }
}
