using System.Text.Json;
using TestKit;

namespace BrowserFarm.Tests.Deploy;

/// <summary>The seccomp profile: forbids what it does not name, and of namespaces allows those that Chromium's sandbox is made of. That a kernel takes it, and browsers start under it, is the image test's.</summary>
public sealed class SeccompProfileTests
{
    private readonly JsonElement _profile = JsonDocument.Parse(File.ReadAllBytes(Path.Join(RepositoryRoot.Path, "deploy/seccomp/chromium.json"))).RootElement;

    private IEnumerable<JsonElement> Rules => _profile.GetProperty("syscalls").EnumerateArray();

    [Fact]
    public void Profile_WhatItDoesNotName_IsForbidden()
    {
        _profile.GetProperty("defaultAction").GetString().Should().Be("SCMP_ACT_ERRNO");
        _profile.GetProperty("archMap").EnumerateArray().Select(arch => arch.GetProperty("architecture").GetString())
            .Should().Equal("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64");
        Rules.SelectMany(NamesOf).Should().NotContain([
            "mount", "umount2", "pivot_root", "move_mount", "fsopen", "open_tree", "setns", "ptrace", "process_vm_readv", "process_vm_writev", "bpf", "perf_event_open", "keyctl",
            "add_key", "request_key", "userfaultfd", "io_uring_setup", "init_module", "finit_module", "kexec_load", "reboot", "open_by_handle_at", "iopl", "swapon", "settimeofday"]);
    }

    [Fact]
    public void Profile_EveryRule_HasTheShapeThatEnginesRead()
    {
        foreach (var rule in Rules)
        {
            NamesOf(rule).Should().NotBeEmpty().And.OnlyHaveUniqueItems();
            rule.GetProperty("action").GetString().Should().BeOneOf("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO");
            rule.GetProperty("comment").GetString().Should().NotBeNullOrWhiteSpace();
            // includes and excludes are Docker's alone: what Kubernetes' engines do not read must not be needed.
            rule.EnumerateObject().Select(member => member.Name).Should().BeSubsetOf(["comment", "names", "action", "args", "errnoRet"]);
        }

        Rules.Where(rule => !rule.TryGetProperty("args", out _)).SelectMany(NamesOf).Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(0x10000000, true)]      // users
    [InlineData(0x20000000, true)]      // processes
    [InlineData(0x40000000, true)]      // networks
    [InlineData(0x00020000, false)]     // mounts
    [InlineData(0x02000000, false)]     // control groups
    [InlineData(0x04000000, false)]     // host names
    [InlineData(0x08000000, false)]     // IPC
    public void Profile_Namespace_IsAllowedWhereTheSandboxNeedsIt(long flag, bool isAllowed)
    {
        foreach (var name in new[] { "clone", "unshare" })
        {
            var argument = Rules.Single(rule => NamesOf(rule).Contains(name)).GetProperty("args")[0];
            argument.GetProperty("op").GetString().Should().Be("SCMP_CMP_MASKED_EQ");
            ((flag & argument.GetProperty("value").GetInt64()) == argument.GetProperty("valueTwo").GetInt64()).Should().Be(isAllowed);
        }
    }

    private static IEnumerable<string> NamesOf(JsonElement rule) => rule.GetProperty("names").EnumerateArray().Select(name => name.GetString()!);
}
