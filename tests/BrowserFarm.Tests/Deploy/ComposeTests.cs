using TestKit;
using YamlDotNet.RepresentationModel;

namespace BrowserFarm.Tests.Deploy;

/// <summary><c>compose.yaml</c> agrees with the image, with Prometheus' configuration and with what lies in <c>deploy/</c>.</summary>
public sealed class ComposeTests
{
    private readonly YamlNode _compose = DeployFile.Read("compose.yaml");

    [Theory]
    [InlineData("farm")]
    [InlineData("prometheus")]
    [InlineData("grafana")]
    public void Service_OfEachKind_HasNoMoreRightsThanItNeeds(string name)
    {
        var service = _compose.At($"services/{name}");

        service.Text("read_only").Should().Be("true");
        service.Texts("cap_drop").Should().Equal("ALL");
        service.Texts("security_opt").Should().Contain("no-new-privileges:true");
        service.Texts("ports").Should().OnlyContain(port => port.StartsWith("127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_ThatAreMounted_AreThere()
    {
        var mounts = ((YamlMappingNode)_compose.At("services")).Children.Values.SelectMany(service => service.Texts("volumes")).Where(mount => mount.StartsWith("./", StringComparison.Ordinal)).ToList();

        mounts.Should().HaveCount(4);
        mounts.Should().OnlyContain(mount => Path.Exists(Path.Join(RepositoryRoot.Path, mount.Split(':')[0])));
        _compose.Texts("services/farm/security_opt").Should().Contain("seccomp:deploy/seccomp/chromium.json");
    }

    [Fact]
    public void Prometheus_Target_IsTheFarmByANameThatIsAllowed()
    {
        var scrape = DeployFile.Read("deploy/prometheus/prometheus.yml").At("scrape_configs/0");

        scrape.Texts("static_configs/0/targets").Should().Equal("farm:8080");
        _compose.Texts("services/farm/command").Should().ContainInOrder("--allow-host", "farm").And.Contain("http://0.0.0.0:8080");
        var token = Path.GetFullPath(scrape.Text("authorization/credentials_file"), "/etc/prometheus");
        _compose.Text("services/prometheus/secrets/0/target").Should().Be(token);
    }

    [Fact]
    public void Grafana_Provisioning_FindsTheDashboardAndPrometheus()
    {
        var folder = DeployFile.Read("deploy/grafana/provisioning/dashboards/browserfarm.yml").Text("providers/0/options/path");
        var source = new Uri(DeployFile.Read("deploy/grafana/provisioning/datasources/prometheus.yml").Text("datasources/0/url"));

        _compose.Texts("services/grafana/volumes").Should().Contain($"./deploy/grafana/browserfarm.json:{folder}/browserfarm.json:ro");
        source.Authority.Should().Be("prometheus:9090");
    }
}
