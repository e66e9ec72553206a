namespace BrowserFarm.IntegrationTests.Diagnostics;

/// <summary>Whoever counts through the process's meters does so alone: a reader hears every farm of the process.</summary>
[CollectionDefinition(Name)]
public sealed class OneFarmAtATime
{
    public const string Name = "One farm at a time";
}
