using System.Text.Json.Serialization;

namespace BrowserFarm.Jobs;

/// <summary>What is done in a page before it is read.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActionKind>))]
public enum ActionKind
{
    Click,
    DoubleClick,
    Hover,

    /// <summary>Key by key, as a person would.</summary>
    Type,

    /// <summary>At once, in place of what is there.</summary>
    Fill,

    /// <summary>A key, or several together: <c>Enter</c>, <c>Control+A</c>.</summary>
    Press,
    Select,
    Check,
    Uncheck,
    Upload,

    /// <summary>By so many pixels.</summary>
    ScrollBy,

    /// <summary>Until an element is in view.</summary>
    ScrollTo,

    /// <summary>Until nothing more is loaded.</summary>
    ScrollToEnd,

    /// <summary>Until an element is there, to be seen, or gone.</summary>
    WaitFor,

    /// <summary>Until a script's value is true.</summary>
    WaitForScript,

    /// <summary>For a time.</summary>
    Wait,
    Screenshot,

    /// <summary>Runs a script in the page; what it returns is in the result.</summary>
    Script,

    /// <summary>To another page of the same site.</summary>
    GoTo,
    Back,
}

/// <summary>What must hold of an element that is waited for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SelectorState>))]
public enum SelectorState
{
    /// <summary>It is in the document.</summary>
    Attached,

    /// <summary>It can be seen.</summary>
    Visible,

    /// <summary>It is not there, or cannot be seen.</summary>
    Hidden,
}

/// <summary>A file for an upload.</summary>
/// <param name="Base64">What is in it.</param>
public sealed record ActionFile(string Name, string Base64);

/// <summary>One action. Which members have a meaning depends on the kind; <c>docs/actions.md</c> has the table.</summary>
public sealed record PageAction(ActionKind Kind)
{
    /// <summary>The element: CSS, or XPath when it begins with <c>//</c> or <c>xpath=</c>; of several the first.</summary>
    public string? Selector { get; init; }

    /// <summary>A selector of the frame the element is in; null for the page itself.</summary>
    public string? Frame { get; init; }

    /// <summary>Text, keys, option, script or address.</summary>
    public string? Value { get; init; }

    public ActionFile? File { get; init; }

    public SelectorState State { get; init; }

    public int X { get; init; }

    public int Y { get; init; }

    /// <summary>Of <see cref="ActionKind.ScrollToEnd"/>: elements that are enough; null for no bound but the time.</summary>
    public int? MaxItems { get; init; }

    /// <summary>Of <see cref="ActionKind.Screenshot"/>: the whole page, not only what is in view.</summary>
    public bool FullPage { get; init; }

    /// <summary>Done only when this matches something at that moment; null for always.</summary>
    public string? If { get; init; }

    /// <summary>When it fails the page goes on without it.</summary>
    public bool Optional { get; init; }

    /// <summary>How long it may take, or for <see cref="ActionKind.Wait"/> takes; null as configured.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How it is named to people.</summary>
    public override string ToString() => $"{Kind} {Selector ?? (Kind is ActionKind.Script or ActionKind.WaitForScript ? "a script" : Value)}".TrimEnd();
}

/// <summary>An optional action that failed.</summary>
/// <param name="Number">Its place among the actions, from 1.</param>
/// <param name="Action">As it is named to people.</param>
/// <param name="Reason">What went wrong.</param>
public sealed record SkippedAction(int Number, string Action, string Reason);
