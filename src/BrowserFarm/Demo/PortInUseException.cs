namespace BrowserFarm.Demo;

/// <summary>Another program already listens on the port that was asked for.</summary>
public sealed class PortInUseException(int port, Exception? inner = null)
    : IOException($"Port {port} on 127.0.0.1 is taken by another program; choose another port, or 0 for any free one.", inner)
{
    /// <summary>The port that could not be bound.</summary>
    /// <value>1 to 65535.</value>
    public int Port { get; } = port;
}
