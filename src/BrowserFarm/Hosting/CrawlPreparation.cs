using BrowserFarm.Delivery;
using BrowserFarm.Jobs;

namespace BrowserFarm.Hosting;

/// <summary>What a crawl needs from outside, looked at before anything is begun.</summary>
internal static class CrawlPreparation
{
    /// <exception cref="FormatException">There is no such device.</exception>
    /// <exception cref="ConfigFileException">The profile, or the secret of the webhook, cannot be read.</exception>
    public static async Task PrepareAsync(PlaywrightConfig config, CrawlSpec spec, CancellationToken cancellationToken)
    {
        await Visitor.PrepareAsync(config, spec.Visitor, spec.Seeds, cancellationToken);
        try
        {
            if (spec.Webhook is { } webhook)
                _ = WebhookSecret.Read(webhook.SecretFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new ConfigFileException($"The secret of the webhook cannot be read: {exception.Message}", exception);
        }
    }
}
