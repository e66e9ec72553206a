using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TestKit;

/// <summary>
/// A site on 127.0.0.1 whose pages the test decides, also while it runs. Whatever is not mapped is a 404, <c>/robots.txt</c> included.
/// </summary>
public sealed class TestSite : IAsyncDisposable
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(200);
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    private readonly ConcurrentDictionary<string, RequestDelegate> _pages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _folders = new(StringComparer.Ordinal);
    private readonly VisitLog _log = new();
    private readonly WebApplication _application;
    private volatile RequestDelegate _otherwise = static context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    private TestSite()
    {
        // The empty builder reads no settings, logs nothing and watches no folder: a site is up in a few milliseconds.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>Where the site is served.</summary>
    /// <value><c>http://127.0.0.1:PORT/</c>, a free port for every site, so that each is a target of its own.</value>
    public Uri BaseUri { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Starts an empty site; it answers when this returns.</summary>
    public static async Task<TestSite> StartAsync(CancellationToken cancellationToken)
    {
        var site = new TestSite();
        await site._application.StartAsync(cancellationToken);
        var addresses = site._application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        site.BaseUri = new Uri(addresses.Addresses.Single());
        return site;
    }

    /// <returns>The absolute address of a path of this site.</returns>
    public Uri UriOf(string path) => new(BaseUri, path);

    /// <summary>Answers a path, whatever its query, with a handler; a path mapped before is replaced.</summary>
    /// <param name="path">Decoded, from the slash on, case-sensitive: <c>/list</c>.</param>
    public TestSite Map(string path, RequestDelegate handler)
    {
        _pages[path] = handler;
        return this;
    }

    /// <summary>Answers whatever is not mapped, of any host: a proxy gets requests for all of them.</summary>
    public TestSite MapAll(RequestDelegate handler)
    {
        _otherwise = handler;
        return this;
    }

    /// <summary>Answers a path with a whole document.</summary>
    public TestSite MapHtml(string path, string html) => Map(path, context => WriteAsync(context, html, "text/html; charset=utf-8"));

    /// <summary>Answers a path with a text of any type: <c>/robots.txt</c>, a script, JSON.</summary>
    public TestSite MapText(string path, string text, string contentType) => Map(path, context => WriteAsync(context, text, contentType));

    /// <summary>Answers a path with a status and an empty body.</summary>
    public TestSite MapStatus(string path, int status) => Map(path, context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    /// <summary>Sends visitors of a path elsewhere with 302.</summary>
    /// <param name="to">Path or absolute address.</param>
    public TestSite Redirect(string from, string to) => Map(from, context =>
    {
        context.Response.Redirect(to);
        return Task.CompletedTask;
    });

    /// <summary>Serves the files under a folder wherever no page is mapped.</summary>
    /// <param name="prefix">Ends with a slash: <c>/assets/</c>.</param>
    public TestSite MapFolder(string prefix, string folder)
    {
        _folders[prefix] = Path.GetFullPath(folder);
        return this;
    }

    /// <summary>How many requests have begun.</summary>
    /// <param name="target">A path counts all its queries together; a path with a query counts that one only.</param>
    public int VisitsTo(string target) => _log.VisitsTo(target);

    /// <summary>The most requests that were being answered at the same time.</summary>
    /// <param name="prefix">Of the path: <c>/</c> for the whole site.</param>
    public int PeakConcurrency(string prefix) => _log.PeakConcurrency(prefix);

    /// <summary>Stops the site; requests that are still running are cut off after 200 ms.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var grace = new CancellationTokenSource(StopGrace, TimeProvider.System))
        {
            await _application.StopAsync(grace.Token);
        }

        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        using var visit = _log.Enter(path, path + context.Request.QueryString.Value);

        if (_pages.TryGetValue(path, out var page))
            await page(context);
        else if (FileFor(path) is { } file)
            await SendFileAsync(context, file);
        else
            await _otherwise(context);
    }

    private string? FileFor(string path)
    {
        foreach (var (prefix, folder) in _folders)
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal))
                continue;

            var file = Path.GetFullPath(Path.Combine(folder, path[prefix.Length..]));
            if (file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(file))
                return file;
        }

        return null;
    }

    private static Task SendFileAsync(HttpContext context, string file)
    {
        context.Response.ContentType = ContentTypes.TryGetContentType(file, out var type) ? type : "application/octet-stream";
        return context.Response.SendFileAsync(file, context.RequestAborted);
    }

    private static Task WriteAsync(HttpContext context, string text, string contentType)
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    // The default lifetime takes Ctrl+C for itself, which belongs to the test runner.
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
