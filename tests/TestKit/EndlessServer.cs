using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TestKit;

/// <summary>A server on 127.0.0.1 that answers every connection with the same beginning and then the same bytes again and again, until the visitor goes.</summary>
/// <remarks>
/// It writes to the socket itself: what it counts was taken by the kernel. A web server goes on taking writes for a connection that is closed until it tells the
/// handler so, hundreds of megabytes of them.
/// </remarks>
public sealed class EndlessServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);
    private readonly Task _accepting;
    private readonly byte[] _first;
    private readonly byte[] _again;
    private long _sent;
    private int _open;

    private EndlessServer(string first, string again)
    {
        _first = Encoding.ASCII.GetBytes(first);
        _again = Encoding.ASCII.GetBytes(again);
        _listener.Start();
        BaseUri = new Uri($"http://{_listener.LocalEndpoint}/");
        _accepting = AcceptAsync();
    }

    /// <value><c>http://127.0.0.1:PORT/</c></value>
    public Uri BaseUri { get; }

    /// <summary>Bytes that the network took, over all connections.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Connections that are being answered.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <param name="first">Head of the answer and beginning of its body, ASCII.</param>
    /// <param name="again">What follows for ever.</param>
    public static EndlessServer Start(string first, string again) => new(first, again);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                var visitor = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _open);
                answers.Add(AnswerAsync(visitor));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task AnswerAsync(Socket visitor)
    {
        try
        {
            using (visitor)
            {
                await visitor.ReceiveAsync(new byte[8192], _stop.Token);
                for (var bytes = _first; ; bytes = _again)
                    Interlocked.Add(ref _sent, await visitor.SendAsync(bytes, _stop.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The visitor has gone, or the test has ended.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
