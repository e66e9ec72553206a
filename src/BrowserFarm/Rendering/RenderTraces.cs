using System.Diagnostics;

namespace BrowserFarm.Rendering;

/// <summary>Spans of what is done in a page: <c>request</c>, or <c>navigate</c>, <c>settle</c>, <c>actions</c>, <c>capture</c>. Costs nothing while nobody listens.</summary>
internal static class RenderTraces
{
    public const string SourceName = "BrowserFarm.Rendering";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a span that the next step ends.</summary>
    public static Steps Begin(string name) => new(name);

    /// <summary>One step after the other: a span ends where the next begins, the last when this is disposed.</summary>
    public sealed class Steps(string first) : IDisposable
    {
        private Activity? _current = Source.StartActivity(first);

        public void Next(string name)
        {
            _current?.Dispose();
            _current = Source.StartActivity(name);
        }

        public void Dispose() => _current?.Dispose();
    }
}
