using AngleSharp.Dom;
using BrowserFarm.Jobs;

namespace BrowserFarm.Rendering.Http;

/// <summary>Tells from a page as its server sends it whether it is nothing without a browser. Pure.</summary>
/// <remarks>
/// A page that says something needs none, whatever scripts it has: most applications are sent whole nowadays and only come alive in the browser. What has next to nothing to say
/// and scripts besides is an empty shell. In between are pages whose frame is sent and whose middle is drawn: an empty main part gives them away.
/// </remarks>
internal static class BrowserNeed
{
    /// <summary>Characters of visible text below which a page says next to nothing: a spinner, a name, a line of rights reserved.</summary>
    private const int NextToNothing = 200;

    /// <summary>The same of a part of the page.</summary>
    private const int EmptyPart = 20;

    /// <summary>Where applications draw themselves, by the habit of their frameworks.</summary>
    private const string Roots = "#root, #app, #__next, #__nuxt, #___gatsby, #svelte, #main-app, [data-reactroot], [ng-version], [ng-app], [data-app], app-root, my-app";

    private const string MainParts = "main, [role=main], #content, #main";

    /// <summary>What notices for browsers without scripts say, in the languages of most pages: the word itself is the same nearly everywhere.</summary>
    private static readonly string[] Notices = ["javascript", "java script", "enable js", "скрипт", "脚本", "スクリプト", "자바스크립트"];

    /// <returns>One sentence about what is missing; null when the page will do as it is.</returns>
    public static string? Find(StaticPage page, PageWish wish)
    {
        if (wish.WaitForSelector is { } selector && page.Document.QuerySelector(selector) is null)
            return $"Nothing matches {selector} in what the server sends.";

        var document = page.Document;
        if (!document.QuerySelectorAll("script").Any(IsProgram))
            return null;

        var says = page.Text.Length;
        if (says < NextToNothing)
        {
            if (document.QuerySelectorAll(Roots).Any(IsEmpty))
                return "The root of its application is empty in what the server sends.";
            if (document.QuerySelectorAll("noscript").Select(notice => notice.TextContent).Append(page.Text).Any(AsksForScripts))
                return "It says that it needs JavaScript.";
            if (says == 0 && document.QuerySelector("body img, body video, body canvas, body table, body form") is null)
                return "The server sends nothing but scripts.";
        }

        var parts = document.QuerySelectorAll(MainParts);
        return parts.Length > 0 && parts.All(IsEmpty) ? "Its main part is empty in what the server sends." : null;
    }

    private static bool AsksForScripts(string text) => Array.Exists(Notices, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Not data for machines, of which every page has some.</summary>
    private static bool IsProgram(IElement script) =>
        (script.GetAttribute("type") ?? "").Trim().ToLowerInvariant() is "" or "module" or "text/javascript" or "application/javascript" or "application/ecmascript" or "text/ecmascript";

    private static bool IsEmpty(IElement part) => StaticPage.TextOf(part).Length < EmptyPart && part.QuerySelector("img, video, table, iframe, form") is null;
}
