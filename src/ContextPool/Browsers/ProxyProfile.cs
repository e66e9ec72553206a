namespace ContextPool.Browsers;

/// <summary>The proxy through which a context reaches the network.</summary>
/// <param name="Server">Address: <c>http://host:port</c>, <c>https://host:port</c> or <c>socks5://host:port</c>.</param>
/// <param name="Username">Null for a proxy that asks for none. A SOCKS proxy cannot be given one.</param>
/// <param name="Password">Null when there is none.</param>
/// <param name="Bypass">Hosts that are reached without it, comma-separated: <c>.example.org, 127.0.0.1</c>; null for none, loopback included.</param>
public sealed record ProxyProfile(string Server, string? Username = null, string? Password = null, string? Bypass = null)
{
    /// <summary>Without the password: it ends up in logs.</summary>
    public override string ToString() => Server;
}
