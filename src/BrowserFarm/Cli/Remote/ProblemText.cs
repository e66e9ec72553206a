using System.Globalization;
using System.Text;
using System.Text.Json;
using BrowserFarm.Api;

namespace BrowserFarm.Cli.Remote;

/// <summary>A problem (RFC 9457) in words: what is wrong, and each mistake with its place and the legal values. Pure.</summary>
internal static class ProblemText
{
    private const int MostMistakes = 20;

    /// <param name="body">What came; need not be a problem, for a proxy may have answered.</param>
    public static string Of(string body, int status, string service)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && TextOf(json.RootElement, "title") is { Length: > 0 } title)
                return Of(json.RootElement, title, status);
        }
        catch (JsonException)
        {
            // Not ours.
        }

        return string.Create(CultureInfo.InvariantCulture, $"{service} answers {status}, and not as a BrowserFarm service does: {ClientText.Clean(body)}");
    }

    private static string Of(JsonElement problem, string title, int status)
    {
        var text = new StringBuilder(ClientText.Clean(title)).Append('.');
        if (TextOf(problem, "detail") is { Length: > 0 } detail)
            text.Append(' ').Append(ClientText.Clean(detail));
        if (status == 401)
            text.Append($" {FarmConnection.TokenVariable} holds the token.");
        if (!problem.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array)
            return text.ToString();

        foreach (var error in errors.EnumerateArray().Where(error => error.ValueKind == JsonValueKind.Object).Take(MostMistakes))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {ClientText.Clean(TextOf(error, "path"))}: {ClientText.Clean(TextOf(error, "message"))}");
            if (error.TryGetProperty("allowed", out var allowed) && allowed.ValueKind == JsonValueKind.Array)
                text.Append(CultureInfo.InvariantCulture, $" Legal: {string.Join(", ", allowed.EnumerateArray().Select(word => ClientText.Clean(word.ToString())))}.");
        }

        return text.ToString();
    }

    private static string? TextOf(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
