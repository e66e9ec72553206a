using System.Text.Json;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering;

/// <summary>Calls of the Chrome DevTools protocol, written as they read in its reference.</summary>
internal static class DevTools
{
    public static Task<JsonElement?> CallAsync(this ICDPSession session, string method, params (string Name, object Value)[] arguments) =>
        session.SendAsync(method, arguments.ToDictionary(argument => argument.Name, argument => argument.Value, StringComparer.Ordinal));
}
