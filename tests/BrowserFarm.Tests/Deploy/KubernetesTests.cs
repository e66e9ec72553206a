using System.Globalization;
using System.Net;
using BrowserFarm.Api.Access;
using BrowserFarm.Workers;
using ContextPool;
using ContextPool.Memory;
using TestKit;
using YamlDotNet.RepresentationModel;

namespace BrowserFarm.Tests.Deploy;

/// <summary>The files for Kubernetes agree with each other, with the image and with the program. By their shape alone: no cluster reads them here.</summary>
public sealed class KubernetesTests
{
    private const string Folder = "deploy/kubernetes";
    private readonly YamlNode _deployment = DeployFile.Read($"{Folder}/deployment.yaml");

    private YamlNode Pod => _deployment.At("spec/template/spec");

    private YamlNode Container => Pod.At("containers/0");

    [Fact]
    public void Files_EachObject_HasTheLabelByWhichTheOthersFindIt()
    {
        var names = Directory.GetFiles(Path.Join(RepositoryRoot.Path, Folder), "*.yaml").Select(path => Path.GetFileName(path)!).Where(name => name != "kustomization.yaml").ToList();

        foreach (var document in names.SelectMany(name => DeployFile.ReadAll($"{Folder}/{name}")))
            document.At("metadata/labels").Label().Should().Be("browserfarm");

        names.Should().Contain(DeployFile.Read($"{Folder}/kustomization.yaml").Texts("resources"));
        _deployment.At("spec/selector/matchLabels").Label().Should().Be("browserfarm");
        _deployment.At("spec/template/metadata/labels").Label().Should().Be("browserfarm");
        DeployFile.Read($"{Folder}/service.yaml").At("spec/selector").Label().Should().Be("browserfarm");
        DeployFile.Read($"{Folder}/poddisruptionbudget.yaml").At("spec/selector/matchLabels").Label().Should().Be("browserfarm");
        DeployFile.Read($"{Folder}/networkpolicy.yaml").At("spec/podSelector/matchLabels").Label().Should().Be("browserfarm");
        DeployFile.Read($"{Folder}/servicemonitor.yaml").At("spec/selector/matchLabels").Label().Should().Be("browserfarm");
    }

    [Fact]
    public void Deployment_OneQueueInAFile_IsNeverUsedByTwo()
    {
        _deployment.Text("spec/replicas").Should().Be("1");
        _deployment.Text("spec/strategy/type").Should().Be("Recreate");
        DeployFile.Read($"{Folder}/persistentvolumeclaim.yaml").Texts("spec/accessModes").Should().Equal("ReadWriteOncePod");
        DeployFile.ReadAll($"{Folder}/scaledobject.yaml")[1].Text("spec/maxReplicaCount").Should().Be("1");
    }

    [Fact]
    public void Deployment_Memory_IsWhatThePagesOfItsProcessorsNeed()
    {
        var megabytes = long.Parse(Container.Text("resources/limits/memory").Replace("Mi", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var pages = int.Parse(Container.Text("resources/limits/cpu"), CultureInfo.InvariantCulture) * new ContextPoolOptions().MaxContextsPerCore;

        // With the quarter in use that the farm's own heap may grow to, they just fit.
        PagesIn(megabytes, free: 0.75).Should().Be(pages);
        PagesIn(megabytes - 128, free: 0.75).Should().BeLessThan(pages);
        Container.Text("resources/requests/memory").Should().Be($"{megabytes}Mi");
        DeployFile.Read("compose.yaml").Text("services/farm/mem_limit").Should().Be($"{megabytes}m");
    }

    [Fact]
    public void Deployment_Stop_HasTimeForTheDrain()
    {
        var patience = int.Parse(Pod.Text("terminationGracePeriodSeconds"), CultureInfo.InvariantCulture);

        patience.Should().BeGreaterThan((int)new FarmOptions().DrainGrace.TotalSeconds + 20);
    }

    [Fact]
    public void Deployment_Pod_HasNoMoreRightsThanTheImageNeeds()
    {
        Pod.Text("securityContext/runAsNonRoot").Should().Be("true");
        Pod.Text("securityContext/runAsUser").Should().Be("10001");
        Pod.Text("securityContext/fsGroup").Should().Be("10001");
        Pod.Text("securityContext/seccompProfile/type").Should().Be("Localhost");
        Pod.Text("automountServiceAccountToken").Should().Be("false");
        Container.Text("securityContext/allowPrivilegeEscalation").Should().Be("false");
        Container.Text("securityContext/readOnlyRootFilesystem").Should().Be("true");
        Container.Texts("securityContext/capabilities/drop").Should().Equal("ALL");
        var mounted = ((YamlSequenceNode)Container.At("volumeMounts")).ToDictionary(mount => mount.Text("name"), mount => mount.Text("mountPath"));
        mounted.Should().Contain("data", "/data").And.Contain("tmp", "/tmp").And.Contain("shm", "/dev/shm");
        ((YamlSequenceNode)Pod.At("volumes")).Select(volume => volume.Text("name")).Should().BeEquivalentTo(mounted.Keys);
    }

    [Fact]
    public void Ports_Everywhere_AreTheOneThatTheProgramListensOn()
    {
        Container.Texts("args").Should().Contain("http://0.0.0.0:8080");
        Container.Text("ports/0/containerPort").Should().Be("8080");
        Container.Text("ports/0/name").Should().Be("http");
        foreach (var (probe, path) in new[] { ("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz") })
        {
            Container.Text($"{probe}/httpGet/path").Should().Be(path);
            Container.Text($"{probe}/httpGet/port").Should().Be("http");
        }

        var service = DeployFile.Read($"{Folder}/service.yaml");
        service.Text("spec/ports/0/targetPort").Should().Be("http");
        service.Text("spec/ports/0/port").Should().Be("8080");
        DeployFile.Read($"{Folder}/networkpolicy.yaml").Text("spec/ingress/0/ports/0/port").Should().Be("8080");
        DeployFile.Read($"{Folder}/servicemonitor.yaml").Text("spec/endpoints/0/port").Should().Be(service.Text("spec/ports/0/name"));
    }

    [Fact]
    public void ScaledObject_Trigger_AsksByANameThatIsAllowed()
    {
        var documents = DeployFile.ReadAll($"{Folder}/scaledobject.yaml");
        var url = new Uri(documents[1].Text("spec/triggers/0/metadata/url"));
        var arguments = Container.Texts("args");
        var names = arguments.Zip(arguments.Skip(1)).Where(pair => pair.First == "--allow-host").Select(pair => pair.Second.Replace("$(POD_IP)", "10.244.1.7", StringComparison.Ordinal)).ToList();

        new HostCheck(names).Allows(url.Host).Should().BeTrue();
        new HostCheck(names).Allows("10.244.1.7").Should().BeTrue("Prometheus asks a pod by its address");
        url.AbsolutePath.Should().Be("/v1/scaling");
        url.Port.Should().Be(8080);
        documents[1].Text("spec/scaleTargetRef/name").Should().Be(_deployment.Text("metadata/name"));
        documents[1].Text("spec/triggers/0/authenticationRef/name").Should().Be(documents[0].Text("metadata/name"));
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:a00:1::")]
    [InlineData("8.8.8.8")]
    [InlineData("2606:4700::1111")]
    public void NetworkPolicy_Egress_LetsThroughWhatTheServiceLetsThrough(string text)
    {
        var address = IPAddress.Parse(text);
        var blocks = ((YamlSequenceNode)DeployFile.Read($"{Folder}/networkpolicy.yaml").At("spec/egress/1/to")).Select(to => to["ipBlock"]).ToList();

        var isLetThrough = blocks.Exists(block => Contains(block.Text("cidr"), address) && !block.Texts("except").Any(range => Contains(range, address)));

        isLetThrough.Should().Be(SpecialAddresses.KindOf(address) is null);
    }

    [Fact]
    public void NetworkPolicy_Exceptions_AreAllRangesThatTheServiceRefuses()
    {
        var excepted = ((YamlSequenceNode)DeployFile.Read($"{Folder}/networkpolicy.yaml").At("spec/egress/1/to")).SelectMany(to => to["ipBlock"].Texts("except")).ToList();

        foreach (var range in excepted)
            SpecialAddresses.KindOf(IPNetwork.Parse(range).BaseAddress).Should().NotBeNull(range);
        for (var first = 0; first < 256; first++)
        {
            var isExcepted = excepted.Exists(range => Contains(range, IPAddress.Parse($"{first}.200.7.7")));
            isExcepted.Should().Be(SpecialAddresses.KindOf(IPAddress.Parse($"{first}.200.7.7")) is not null, "{0}.200.7.7", first);
        }
    }

    /// <summary>A mapped address is one of IPv4 on the wire.</summary>
    private static bool Contains(string range, IPAddress address)
    {
        var sent = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPNetwork.Parse(range) is var network && network.BaseAddress.AddressFamily == sent.AddressFamily && network.Contains(sent);
    }

    private static int PagesIn(long megabytes, double free)
    {
        var bytes = megabytes << 20;
        return BrowserContextPool.CapacityFor(new MemorySample(bytes, (long)(bytes * free), MemorySource.CgroupV2), new ContextPoolOptions { MaxContextsPerCore = 64 }).Contexts;
    }
}
