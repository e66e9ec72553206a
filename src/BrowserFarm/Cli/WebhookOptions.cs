using System.CommandLine;
using System.CommandLine.Parsing;
using BrowserFarm.Jobs;

namespace BrowserFarm.Cli;

/// <summary>The options of <c>farm crawl</c> that send its results on.</summary>
internal sealed class WebhookOptions
{
    public Option<string?> Url { get; } = new("--webhook") { Description = "Send results to this address as they come, signed, until it takes them (docs/webhooks.md).", HelpName = "URL" };

    public Option<string?> Secret { get; } = new("--webhook-secret") { Description = "With --webhook: the file with the secret that messages are signed with, 16 bytes at least.", HelpName = "FILE" };

    public IEnumerable<Option> All => [Url, Secret];

    /// <summary>Refuses an address that cannot be one, and one without a secret or the other way round.</summary>
    public void Check(CommandResult command)
    {
        var url = command.GetResult(Url) is { Tokens: [var token] } ? token.Value : null;
        if (url is not null && Parse(url) is null)
            command.AddError($"--webhook is '{url}', but must be an address that begins with http:// or https:// and names no user.");
        if (command.GetResult(Url) is null != command.GetResult(Secret) is null)
            command.AddError("--webhook and --webhook-secret belong together: messages are signed, so that their receiver knows whose they are.");
    }

    /// <summary>The webhook that the command line asks for; null when it asks for none.</summary>
    public WebhookSpec? From(ParseResult line) =>
        line.GetValue(Url) is { } url && Parse(url) is { } address ? new WebhookSpec(address.AbsoluteUri, Path.GetFullPath(line.GetValue(Secret) ?? "")) : null;

    /// <summary>A user's name and password would be sent nowhere, and be written into every message of what goes wrong.</summary>
    private static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0 ? url : null;
}
