using System.Diagnostics;
using System.Text.RegularExpressions;
using TestKit;

namespace BrowserFarm.EndToEndTests;

/// <summary>The program in the pool's README is compiled and run as it stands there.</summary>
public sealed class PoolReadmeTests
{
    [Fact]
    public async Task ReadmePromises_EachHasATestOfThatName()
    {
        var readme = await File.ReadAllLinesAsync(Path.Join(RepositoryRoot.Path, "src/ContextPool/README.md"));
        var promised = readme.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.EndsWith("` |", StringComparison.Ordinal))
            .Select(line => line.Split('`')[^2]).ToList();
        var sources = string.Concat(Directory.EnumerateFiles(Path.Join(RepositoryRoot.Path, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        promised.Should().HaveCountGreaterThan(20);
        promised.Should().OnlyContain(name => sources.Contains($" Task {name}(", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadmeProgram_CompiledAgainstThePoolAlone_Runs()
    {
        using var folder = new TempFolder();
        var readme = await File.ReadAllTextAsync(Path.Join(RepositoryRoot.Path, "src/ContextPool/README.md"));
        var program = Regex.Match(readme, "```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["code"].Value;
        program.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.Should().BeInRange(5, 15, "it is a program of fifteen lines");
        await using var site = await TestSite.StartAsync(CancellationToken.None);
        site.MapHtml("/", "<title>before</title><script>document.title = 'read by the pool'</script>");
        await File.WriteAllTextAsync(folder.Combine("Program.cs"), program);
        await File.WriteAllTextAsync(folder.Combine("Readme.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="{Path.Join(RepositoryRoot.Path, "src/ContextPool/ContextPool.csproj")}" />
              </ItemGroup>
            </Project>
            """);

        var start = new ProcessStartInfo("dotnet", ["run", "-c", "Release", "--project", folder.Path, "--", site.BaseUri.AbsoluteUri])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Bounds.Long);

        process.ExitCode.Should().Be(0, $"{await output}{await errors}");
        (await output).Should().Contain("read by the pool");
    }
}
