using System.Text;
using System.Text.Json;
using AngleSharp.Css.Parser;
using BrowserFarm.Jobs;

namespace BrowserFarm.Rendering.Actions;

/// <summary>Reads a file of actions: a JSON list, each an object whose one key that is an action's name says what is done. All mistakes are told at once. Documented in <c>docs/actions.md</c>.</summary>
public sealed class ActionList
{
    public const int MaxActions = 100;

    public const int MaxBytes = 4 << 20;

    private const int MaxTextLength = 100_000;
    private const int MaxSelectorLength = 2000;
    private const int MaxMilliseconds = 300_000;
    private const int MaxMistakes = 20;

    private static readonly Dictionary<string, ActionKind> Names = Enum.GetValues<ActionKind>().ToDictionary(kind => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), StringComparer.Ordinal);

    private readonly List<string> _mistakes = [];

    /// <param name="json">UTF-8.</param>
    /// <param name="source">How messages call it.</param>
    /// <exception cref="FormatException">It is not JSON or not a list of actions; the message lists what is wrong, each with its place and the legal values.</exception>
    public static IReadOnlyList<PageAction> Parse(ReadOnlyMemory<byte> json, string source)
    {
        if (json.Length > MaxBytes)
            throw new FormatException($"{source} has more than {MaxBytes} bytes.");

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 });
            var list = new ActionList();
            var actions = list.ReadAll(document.RootElement);
            return list._mistakes.Count == 0
                ? actions
                : throw new FormatException($"{source} is not a list of actions: {string.Join(' ', list._mistakes.Take(MaxMistakes))}{(list._mistakes.Count > MaxMistakes ? $" And {list._mistakes.Count - MaxMistakes} more." : "")}");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{source} is not JSON: {exception.Message}", exception);
        }
    }

    private List<PageAction> ReadAll(JsonElement json)
    {
        var actions = new List<PageAction>();
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() is 0 or > MaxActions)
        {
            _mistakes.Add($"It must be a list of 1 to {MaxActions} actions, like [{{ \"click\": \"#more\" }}].");
            return actions;
        }

        var number = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (ReadOne(item, ++number) is { } action)
                actions.Add(action);
        }

        return actions;
    }

    private PageAction? ReadOne(JsonElement json, int number)
    {
        var keys = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject() : default)
        {
            if (!keys.TryAdd(property.Name, property.Value))
                Wrong(number, property.Name, "given once");
        }

        if (keys.Keys.Where(Names.ContainsKey).ToList() is not [var name])
        {
            _mistakes.Add($"Action {number} must be an object with one of {string.Join(", ", Names.Keys)}.");
            return null;
        }

        var kind = Names[name];
        string[] legal = [name, .. KeysOf(kind), "if", "optional", .. kind == ActionKind.Wait ? Array.Empty<string>() : ["timeoutMs"]];
        foreach (var key in keys.Keys.Except(legal, StringComparer.Ordinal))
            Wrong(number, key, $"one of {string.Join(", ", legal)}");

        var action = ReadMain(new PageAction(kind), number, name, keys[name]);
        return action with
        {
            Selector = action.Selector ?? Selector(keys, number, "on"),
            Frame = Selector(keys, number, "frame"),
            Value = action.Value ?? (kind == ActionKind.Upload ? null : Text(keys, number, "text") ?? Text(keys, number, "option")),
            File = kind == ActionKind.Upload ? FileOf(keys, number) : null,
            State = Choice(keys, number, "state"),
            MaxItems = Number(keys, number, "maxItems", 1, 1_000_000),
            FullPage = Flag(keys, number, "fullPage"),
            If = Selector(keys, number, "if"),
            Optional = Flag(keys, number, "optional"),
            Timeout = kind == ActionKind.Wait ? action.Timeout : Number(keys, number, "timeoutMs", 1, MaxMilliseconds) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
        };
    }

    /// <summary>Keys beside the action's own.</summary>
    private static string[] KeysOf(ActionKind kind) => kind switch
    {
        ActionKind.Click or ActionKind.DoubleClick or ActionKind.Hover or ActionKind.Check or ActionKind.Uncheck or ActionKind.ScrollTo => ["frame"],
        ActionKind.Type or ActionKind.Fill => ["text", "frame"],
        ActionKind.Select => ["option", "frame"],
        ActionKind.Press => ["on", "frame"],
        ActionKind.Upload => ["name", "text", "base64", "frame"],
        ActionKind.ScrollToEnd => ["maxItems"],
        ActionKind.WaitFor => ["state", "frame"],
        ActionKind.Screenshot => ["fullPage", "on"],
        _ => [],
    };

    private PageAction ReadMain(PageAction action, int number, string name, JsonElement json)
    {
        switch (action.Kind)
        {
            case ActionKind.Back:
                if (json.ValueKind != JsonValueKind.True)
                    Wrong(number, name, "true");
                return action;
            case ActionKind.Wait:
                if (json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var milliseconds) && milliseconds is > 0 and <= MaxMilliseconds)
                    return action with { Timeout = TimeSpan.FromMilliseconds(milliseconds) };
                Wrong(number, name, $"a number of milliseconds from 1 to {MaxMilliseconds}");
                return action;
            case ActionKind.ScrollBy:
                if (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 2 && json[0].TryGetInt32(out var x) && json[1].TryGetInt32(out var y))
                    return action with { X = x, Y = y };
                Wrong(number, name, "two whole numbers of pixels, [x, y]");
                return action;
            case ActionKind.ScrollToEnd when json.ValueKind == JsonValueKind.True:
                return action;
            case ActionKind.Press or ActionKind.Script or ActionKind.WaitForScript or ActionKind.GoTo:
                if (json.ValueKind == JsonValueKind.String && json.GetString() is { Length: > 0 and <= MaxTextLength } value)
                    return action with { Value = value };
                Wrong(number, name, action.Kind == ActionKind.Press ? "a key like Enter" : action.Kind == ActionKind.GoTo ? "an address" : "a script");
                return action;
            case ActionKind.Screenshot:
                if (json.ValueKind == JsonValueKind.String && json.GetString() is { Length: > 0 and <= 60 } picture && picture.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                    return action with { Value = picture };
                Wrong(number, name, "a name of letters, digits, - and _");
                return action;
            default:
                return action with { Selector = SelectorOf(json, number, name) };
        }
    }

    private ActionFile? FileOf(Dictionary<string, JsonElement> keys, int number)
    {
        var name = Text(keys, number, "name");
        if (name is null || name.Length > 200 || name.Any(c => c is '/' or '\\' || char.IsControl(c)))
            Wrong(number, "name", "the file's name");
        if (Text(keys, number, "text") is { } text)
            return new ActionFile(name ?? "", Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
        if (keys.TryGetValue("base64", out var json) && json.ValueKind == JsonValueKind.String && json.TryGetBytesFromBase64(out _))
            return new ActionFile(name ?? "", json.GetString()!);
        Wrong(number, "text or base64", "what is in the file");
        return null;
    }

    private string? Selector(Dictionary<string, JsonElement> keys, int number, string key) => keys.TryGetValue(key, out var json) ? SelectorOf(json, number, key) : null;

    private string? SelectorOf(JsonElement json, int number, string key)
    {
        if (json.ValueKind == JsonValueKind.String && json.GetString() is { Length: > 0 and <= MaxSelectorLength } text
            && (IsXPath(text) || new CssSelectorParser().ParseSelector(text) is not null))
            return text;
        Wrong(number, key, $"a CSS selector, or an XPath that begins with // or xpath=, of at most {MaxSelectorLength} characters");
        return null;
    }

    internal static bool IsXPath(string selector) => selector.StartsWith("//", StringComparison.Ordinal) || selector.StartsWith("xpath=", StringComparison.Ordinal);

    private string? Text(Dictionary<string, JsonElement> keys, int number, string key)
    {
        if (!keys.TryGetValue(key, out var json))
            return null;
        if (json.ValueKind == JsonValueKind.String && json.GetString()!.Length <= MaxTextLength)
            return json.GetString();
        Wrong(number, key, $"a text of at most {MaxTextLength} characters");
        return null;
    }

    private SelectorState Choice(Dictionary<string, JsonElement> keys, int number, string key)
    {
        if (!keys.TryGetValue(key, out var json))
            return SelectorState.Visible;
        if (json.ValueKind == JsonValueKind.String && json.GetString() is "attached" or "visible" or "hidden")
            return Enum.Parse<SelectorState>(json.GetString()!, ignoreCase: true);
        Wrong(number, key, "attached, visible or hidden");
        return default;
    }

    private int? Number(Dictionary<string, JsonElement> keys, int number, string key, int least, int most)
    {
        if (!keys.TryGetValue(key, out var json))
            return null;
        if (json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var value) && value >= least && value <= most)
            return value;
        Wrong(number, key, $"a whole number from {least} to {most}");
        return null;
    }

    private bool Flag(Dictionary<string, JsonElement> keys, int number, string key)
    {
        if (!keys.TryGetValue(key, out var json))
            return false;
        if (json.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Wrong(number, key, "true or false");
        return json.ValueKind == JsonValueKind.True;
    }

    private void Wrong(int number, string key, string legal) => _mistakes.Add($"Action {number}: {key} must be {legal}.");
}
