using System.CommandLine;

namespace BrowserFarm.Cli.Remote;

/// <summary>The options of every command that asks a service: which one, and whether its answer is wanted as it came.</summary>
internal sealed class FarmConnection
{
    /// <summary>Names the service when no option does.</summary>
    public const string UrlVariable = "FARM_URL";

    /// <summary>Holds the token. There is no option for it: every program of a machine can read the command lines of the others.</summary>
    public const string TokenVariable = "FARM_TOKEN";

    private const string Usual = "http://127.0.0.1:8080";

    /// <param name="name">How the option is called that names the service.</param>
    public FarmConnection(string name = "--farm") => Url = new Option<string?>(name)
    {
        Description = $"The service to ask (default: {UrlVariable}, else {Usual}); {TokenVariable} holds the token, if it wants one.",
        HelpName = "URL",
    };

    public Option<string?> Url { get; }

    public Option<bool> Json { get; } = new("--json") { Description = "Write the service's answer as it came, as JSON." };

    public Command AddTo(Command command)
    {
        command.Options.Add(Url);
        command.Options.Add(Json);
        return command;
    }

    /// <summary>Whether a service is named, for commands that otherwise look into this machine's folders.</summary>
    public bool IsNamed(ParseResult line) => line.GetValue(Url) is not null || Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 };

    /// <exception cref="FormatException">The address is none.</exception>
    public FarmClient Open(ParseResult line)
    {
        var given = line.GetValue(Url);
        var text = given ?? (Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 } set ? set : Usual);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.UserInfo.Length > 0)
            throw new FormatException($"{(given is null ? UrlVariable : Url.Name)} is '{text}', but must be like {Usual}.");
        return new FarmClient(url, Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } token ? token.Trim() : null);
    }
}
