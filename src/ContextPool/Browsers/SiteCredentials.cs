namespace ContextPool.Browsers;

/// <summary>What a site is told when it asks by HTTP for a name and a password (RFC 9110, section 11).</summary>
/// <param name="Origin">The only site that is told, as <c>https://intranet.example</c>.</param>
public sealed record SiteCredentials(string Origin, string Username, string Password)
{
    /// <summary>Without the password: it ends up in logs.</summary>
    public override string ToString() => $"{Username} at {Origin}";
}

/// <summary>Where a device says it is.</summary>
/// <param name="Latitude">Degrees, -90 to 90.</param>
/// <param name="Longitude">Degrees, -180 to 180.</param>
/// <param name="Accuracy">Metres, at least 0.</param>
public sealed record GeoPosition(double Latitude, double Longitude, double Accuracy = 0);
