using System.Reflection;
using ContextPool.Browsers;

namespace ContextPool.Tests.Browsers;

public sealed class ContextProfileTests
{
    public static TheoryData<string> Properties => new(
        typeof(ContextProfile).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name));

    [Theory]
    [MemberData(nameof(Properties))]
    public void Identity_AnyPropertyChanged_IsAnother(string name)
    {
        var property = typeof(ContextProfile).GetProperty(name)!;
        var changed = new ContextProfile();

        property.SetValue(changed, Other(property.GetValue(changed), property.PropertyType));

        changed.Identity.Should().NotBe(new ContextProfile().Identity, "a context must never be shared by profiles that differ in {0}", name);
    }

    [Fact]
    public void Identity_EqualContent_IsTheSame() => Full().Identity.Should().Be(Full().Identity);

    [Fact]
    public void Identity_HeadersInAnotherOrder_IsTheSame()
    {
        var first = Full();
        first.ExtraHttpHeaders = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" };
        var second = Full();
        second.ExtraHttpHeaders = new Dictionary<string, string> { ["B"] = "2", ["A"] = "1" };

        second.Identity.Should().Be(first.Identity);
    }

    [Fact]
    public void Identity_HeaderAddedOrChanged_IsAnother()
    {
        var profiles = new List<ContextProfile>();
        foreach (var headers in new Dictionary<string, string>[] { [], new() { ["A"] = "1" }, new() { ["A"] = "2" }, new() { ["B"] = "1" }, new() { ["A"] = "1", ["B"] = "1" } })
        {
            var profile = Full();
            profile.ExtraHttpHeaders = headers;
            profiles.Add(profile);
        }

        profiles.Select(profile => profile.Identity).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Identity_ValueInAnotherField_IsAnother()
    {
        new ContextProfile { Locale = "x" }.Identity.Should().NotBe(new ContextProfile { UserAgent = "x" }.Identity);
        new ContextProfile { UserAgent = "x" }.Identity.Should().NotBe(new ContextProfile { TimeZoneId = "x" }.Identity);
    }

    [Fact]
    public void Identity_AnyPartOfTheProxyChanged_IsAnother()
    {
        var proxy = new ProxyProfile("http://a.example:1", "me", "secret", ".b.example");
        ProxyProfile[] proxies = [proxy, proxy with { Server = "http://a.example:2" }, proxy with { Username = "you" }, proxy with { Password = "other" }, proxy with { Bypass = null }];

        proxies.Select(one => new ContextProfile { Proxy = one }.Identity).Should().OnlyHaveUniqueItems("cookies of one way out are never seen through another");
    }

    [Fact]
    public void ProxyProfile_Written_KeepsItsPasswordToItself() =>
        new ProxyProfile("http://a.example:1", "me", "secret").ToString().Should().Be("http://a.example:1");

    [Fact]
    public void SiteCredentials_Written_KeepTheirPasswordToThemselves() =>
        new SiteCredentials("https://a.example", "me", "secret").ToString().Should().Be("me at https://a.example");

    private static ContextProfile Full() => new() { Locale = "de-DE", UserAgent = "x", TimeZoneId = "Europe/Berlin", ViewportWidth = 1 };

    /// <summary>A value of the type that differs from the one given.</summary>
    private static object Other(object? value, Type type) => value switch
    {
        int number => number + 1,
        bool flag => !flag,
        TimeSpan time => time + TimeSpan.FromTicks(1),
        IDictionary<string, string> => new Dictionary<string, string> { ["X"] = "1" },
        string text => text + "x",
        null when type == typeof(ProxyProfile) => new ProxyProfile("http://a.example:1"),
        null when type == typeof(GeoPosition) => new GeoPosition(1, 2),
        null when type == typeof(SiteCredentials) => new SiteCredentials("https://a.example", "me", "secret"),
        null when type == typeof(string) => "x",
        null when Nullable.GetUnderlyingType(type) == typeof(double) => 1.5,
        null when Nullable.GetUnderlyingType(type) == typeof(int) => 1,
        null when Nullable.GetUnderlyingType(type) == typeof(bool) => true,
        _ => throw new NotSupportedException($"ContextProfile has a property of type {type.Name}: teach this test to change it, and ContextProfile.Identity to tell it apart."),
    };
}
