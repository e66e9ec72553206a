using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>What a crawl is asked to read its pages with.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EngineChoice>))]
public enum EngineChoice
{
    /// <summary>Chromium, always.</summary>
    Browser,

    /// <summary>A plain request, always.</summary>
    Http,

    /// <summary>A plain request first, and Chromium where that is not enough.</summary>
    Auto,
}

/// <summary>What reads a page. Each has workers of its own, so that cheap pages never wait behind costly ones. The numbers are stored.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Engine>))]
public enum Engine
{
    /// <summary>Chromium: the page as it stands after its scripts ran.</summary>
    Browser = 0,

    /// <summary>A plain request: the page as the server sends it.</summary>
    Http = 1,
}
