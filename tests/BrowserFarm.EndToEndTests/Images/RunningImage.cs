using System.Text.Json.Nodes;
using TestKit;

namespace BrowserFarm.EndToEndTests.Images;

/// <summary>
/// The image as <c>compose.yaml</c> runs it, by runc: its user, no capability, no new privileges, the profile of system calls of <c>deploy/seccomp</c>, a root that cannot be written, room in
/// <c>/tmp</c>, <c>/dev/shm</c> and <c>/data</c>. The network is this machine's.
/// </summary>
public sealed class RunningImage : IAsyncDisposable
{
    private static readonly string[] CapabilitySets = ["bounding", "effective", "permitted", "inheritable", "ambient"];

    private readonly string _bundle;
    private readonly string _id = $"farm-{Guid.NewGuid():n}";

    private RunningImage(string bundle) => _bundle = bundle;

    public FarmProcess Process { get; private set; } = null!;

    /// <param name="folder">Of the test: its data, its secrets, and what runc is told.</param>
    /// <param name="command">What follows the image's entry point.</param>
    public static RunningImage Start(BuiltImage image, TempFolder folder, params string[] command)
    {
        var bundle = Directory.CreateDirectory(folder.Combine(Guid.NewGuid().ToString("n"))).FullName;
        foreach (var name in new[] { "data", "secrets" })
            Directory.CreateDirectory(folder.Combine(name));
        // The image's user, and nobody of this machine.
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        File.SetUnixFileMode(folder.Combine("data"), (UnixFileMode)0b111_111_111);
        var running = new RunningImage(bundle);
        File.WriteAllText(Path.Join(bundle, "config.json"), Config(image, folder, [.. image.Texts("Entrypoint"), .. command]).ToJsonString());
        running.Process = FarmProcess.StartWith("runc", bundle, ["run", "--bundle", bundle, running._id]);
        return running;
    }

    /// <summary>Runs a further command in it.</summary>
    public async Task<FarmResult> ExecuteAsync(params string[] command)
    {
        await using var process = FarmProcess.StartWith("runc", _bundle, ["exec", _id, .. command]);
        return await process.EndAsync(Bounds.Medium);
    }

    public Task TerminateAsync() => BuiltImage.RunAsync("runc", ["kill", _id, "TERM"]);

    public async ValueTask DisposeAsync()
    {
        await using (var delete = FarmProcess.StartWith("runc", _bundle, ["delete", "--force", _id]))
            await delete.EndAsync(Bounds.Medium);
        await Process.DisposeAsync();
    }

    /// <summary>By the OCI's runtime specification, config.md.</summary>
    private static JsonObject Config(BuiltImage image, TempFolder folder, string[] command)
    {
        var capabilities = new JsonObject();
        foreach (var set in CapabilitySets)
            capabilities[set] = new JsonArray();
        var user = image.Config["User"]!.GetValue<string>().Split(':');
        return new JsonObject
        {
            ["ociVersion"] = "1.0.2",
            ["process"] = new JsonObject
            {
                ["user"] = new JsonObject { ["uid"] = int.Parse(user[0], System.Globalization.CultureInfo.InvariantCulture), ["gid"] = int.Parse(user[1], System.Globalization.CultureInfo.InvariantCulture) },
                ["args"] = Array(command),
                ["env"] = Array(image.Texts("Env")),
                ["cwd"] = image.Config["WorkingDir"]!.GetValue<string>(),
                ["capabilities"] = capabilities,
                ["noNewPrivileges"] = true,
            },
            ["root"] = new JsonObject { ["path"] = image.Root, ["readonly"] = true },
            ["mounts"] = new JsonArray(
                Mount("/proc", "proc"), Mount("/dev", "tmpfs", "nosuid", "mode=755", "size=65536k"), Mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=256m"),
                Mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"), Mount("/tmp", "tmpfs", "nosuid", "nodev", "mode=1777", "size=1g"),
                Bind(folder.Combine("data"), "/data", "rw"), Bind(folder.Combine("secrets"), "/run/secrets", "ro")),
            ["linux"] = new JsonObject
            {
                ["namespaces"] = new JsonArray([.. new[] { "pid", "ipc", "uts", "mount" }.Select(type => new JsonObject { ["type"] = type })]),
                ["maskedPaths"] = Array("/proc/kcore", "/proc/keys", "/proc/timer_list"),
                ["readonlyPaths"] = Array("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
                ["seccomp"] = Seccomp(),
            },
        };
    }

    /// <summary>The profile as Docker reads it, in the runtime's words.</summary>
    private static JsonObject Seccomp()
    {
        var profile = JsonNode.Parse(File.ReadAllText(Path.Join(RepositoryRoot.Path, "deploy/seccomp/chromium.json")))!.AsObject();
        var rules = new JsonArray();
        foreach (var rule in profile["syscalls"]!.AsArray())
        {
            var copy = rule!.DeepClone().AsObject();
            copy.Remove("comment");
            rules.Add(copy);
        }

        return new JsonObject
        {
            ["defaultAction"] = profile["defaultAction"]!.DeepClone(),
            ["defaultErrnoRet"] = profile["defaultErrnoRet"]!.DeepClone(),
            ["architectures"] = Array(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64"),
            ["syscalls"] = rules,
        };
    }

    private static JsonObject Mount(string at, string type, params string[] options) =>
        new() { ["destination"] = at, ["type"] = type, ["source"] = type, ["options"] = Array(options) };

    private static JsonObject Bind(string from, string at, string mode) => new() { ["destination"] = at, ["type"] = "bind", ["source"] = from, ["options"] = Array("rbind", mode) };

    private static JsonArray Array(params string[] texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
