using System.CommandLine;
using System.Text.Json;
using BrowserFarm.Api.Access;

namespace BrowserFarm.Cli;

/// <summary><c>farm token</c>: makes a secret for a client of the service, and what belongs into the tokens file for it.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "What the token is called in the log: who has it." };
        var scopes = new Option<string[]>("--scope") { Description = $"What it may: {string.Join(", ", Scopes.All)}; may be repeated.", HelpName = "SCOPE", Required = true };
        scopes.AcceptOnlyFromAmong([.. Scopes.All]);
        var command = new Command("token", "Makes a token for a client of the service.") { name, scopes };
        command.SetAction((line, _) => PrintAsync(line.GetRequiredValue(name), line.GetValue(scopes)!));
        return command;
    }

    private static async Task<int> PrintAsync(string name, string[] scopes)
    {
        var secret = TokenSecret.Create();
        await Console.Error.WriteLineAsync("The token, shown this once, for the client (FARM_TOKEN):");
        await Console.Out.WriteLineAsync(secret.Text);
        await Console.Error.WriteLineAsync("Its entry in the list \"tokens\" of the tokens file (serve --tokens):");
        await Console.Error.WriteLineAsync($$"""{ "name": {{JsonSerializer.Serialize(name)}}, "sha256": "{{secret.Hash}}", "scopes": {{JsonSerializer.Serialize(scopes)}} }""");
        return ExitCode.Ok;
    }
}
