using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>What reads a page. Each has workers of its own, so that cheap pages never wait behind costly ones. The numbers are stored.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Engine>))]
public enum Engine
{
    /// <summary>Chromium: the page as it stands after its scripts ran.</summary>
    Browser = 0,

    /// <summary>A plain request: the page as the server sends it.</summary>
    Http = 1,
}
