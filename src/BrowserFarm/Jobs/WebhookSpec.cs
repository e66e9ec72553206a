namespace BrowserFarm.Jobs;

/// <summary>Where a crawl's results are sent as they come.</summary>
/// <param name="Url">An address that takes POST.</param>
/// <param name="SecretFile">Absolute path of the file with the secret that messages are signed with. The secret itself is stored nowhere else.</param>
public sealed record WebhookSpec(string Url, string SecretFile);
