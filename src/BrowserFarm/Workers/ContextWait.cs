namespace BrowserFarm.Workers;

/// <summary>How long one attempt waited for its contexts, got or not.</summary>
internal sealed class ContextWait
{
    public TimeSpan Time { get; private set; }

    public void Add(TimeSpan waited) => Time += waited;
}
