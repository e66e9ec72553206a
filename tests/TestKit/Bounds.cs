using System.Diagnostics.CodeAnalysis;

namespace TestKit;

/// <summary>The longest a test waits for a state. A passing test never waits this long; a failing one gives up here.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "Lengths of time; no number types are near.")]
public static class Bounds
{
    /// <summary>For what happens inside this process.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    /// <summary>For one page, one request or one start of a browser.</summary>
    public static readonly TimeSpan Medium = TimeSpan.FromSeconds(30);

    /// <summary>For a whole crawl, a build or a download.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(120);
}
