namespace BrowserFarm.Crawling.Frames;

/// <summary>In what kind of tab a page is read.</summary>
public enum TabChoice
{
    /// <summary>One that draws, as a person's does.</summary>
    Ordinary,

    /// <summary>One that draws nothing: pages of the site were the same in both, and it costs less.</summary>
    Frameless,

    /// <summary>In an ordinary one, and then in one that draws nothing, to see whether that is the same.</summary>
    Both,
}
