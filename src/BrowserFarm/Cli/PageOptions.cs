using System.CommandLine;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Actions;
using BrowserFarm.Rendering.Captures;

namespace BrowserFarm.Cli;

/// <summary>Options that say what is done in a page, when it is ready, and what is taken from it.</summary>
internal sealed class PageOptions
{
    private const int MaxScriptLength = 10_000;

    public Option<string[]> Select { get; } = new("--select")
    {
        Description = "A field to extract: NAME=CSS, NAME=CSS@attribute, or NAME[]=CSS for every match; may be repeated.",
        HelpName = "NAME=CSS",
    };

    public Option<string?> Schema { get; } = new("--schema") { Description = "A file of fields with types, lists and objects (docs/fields.md); - reads it from the input.", HelpName = "FILE|-" };

    public Option<string?> Actions { get; } = new("--actions") { Description = "A file of what to do in the page before it is read: click, fill, scroll to the end (docs/actions.md); - reads it from the input.", HelpName = "FILE|-" };

    public Option<string?> WaitUntil { get; } = new Option<string?>("--wait-until") { Description = "When a page is ready: settled, load or domcontentloaded (default as configured).", HelpName = "EVENT" }
        .AcceptOnlyFromAmong("settled", "load", "domcontentloaded");

    public Option<string?> WaitFor { get; } = new("--wait-for") { Description = "Capture a page only when something matches this CSS selector.", HelpName = "CSS" };

    public Option<string?> WaitForState { get; } = new Option<string?>("--wait-for-state") { Description = "What must hold of what --wait-for matches: attached, visible or hidden (default attached).", HelpName = "STATE" }
        .AcceptOnlyFromAmong("attached", "visible", "hidden");

    public Option<string?> WaitForScript { get; } = new("--wait-for-script") { Description = "Capture a page only when this script's value is true.", HelpName = "JS" };

    public Option<string?> WaitForResponse { get; } = new("--wait-for-response") { Description = "Capture a page only when such an address has answered it, for example '**/api/products*'.", HelpName = "GLOB" };

    public Option<bool> FullPage { get; } = new("--full-page") { Description = "Pictures show the whole page, not only what fits into the window." };

    public Option<string?> Element { get; } = new("--element") { Description = "Pictures show the first element that matches this CSS selector or XPath.", HelpName = "SELECTOR" };

    public Option<string?> Capture { get; } = new("--capture") { Description = "A file that says how pictures are taken and pages printed: quality, scale, part, paper, margins (docs/formats.md); - reads it from the input.", HelpName = "FILE|-" };

    public IEnumerable<Option> All => [Select, Schema, Actions, WaitUntil, WaitFor, WaitForState, WaitForScript, WaitForResponse, FullPage, Element, Capture];

    /// <exception cref="FormatException">A field, selector, schema or list of actions cannot be read.</exception>
    public PageWish WishFrom(ParseResult line, IReadOnlyList<PageFormat> formats)
    {
        if (line.GetValue(WaitForState) is not null && line.GetValue(WaitFor) is null)
            throw new FormatException($"{WaitForState.Name} says what must hold of what {WaitFor.Name} matches; give both.");
        foreach (var option in new[] { WaitForScript, WaitForResponse })
        {
            if (line.GetValue(option) is { Length: 0 or > MaxScriptLength })
                throw new FormatException($"{option.Name} must have 1 to {MaxScriptLength} characters.");
        }

        return new PageWish(formats, FieldsFrom(line), SelectorFrom(line.GetValue(WaitFor)))
        {
            WaitForState = line.GetValue(WaitForState) is { } state ? Enum.Parse<SelectorState>(state, ignoreCase: true) : SelectorState.Attached,
            WaitUntil = line.GetValue(WaitUntil) is { } until ? Enum.Parse<WaitUntil>(until, ignoreCase: true) : null,
            WaitForScript = line.GetValue(WaitForScript),
            WaitForResponse = line.GetValue(WaitForResponse),
            Capture = CaptureFrom(line, formats),
            Actions = line.GetValue(Actions) is { } path ? ActionList.Parse(InputFile.Read(path, "list of actions", ActionList.MaxBytes), InputFile.NameOf(path)) : [],
        };
    }

    /// <exception cref="FormatException">It asks for what only a browser can do.</exception>
    public static void ThrowIfNeedsBrowser(PageWish wish, string option)
    {
        if (!wish.NeedsBrowser)
            return;

        var what = wish.Formats.Any(PageFormats.NeedsBrowser) ? $"make a {PageFormats.NameOf(wish.Formats.First(PageFormats.NeedsBrowser))} of them"
            : wish.Actions.Count > 0 ? "do anything in them"
            : "wait for what scripts do";
        throw new FormatException($"{option} reads pages without a browser, which cannot {what}; leave out one of the two.");
    }

    private CaptureSpec CaptureFrom(ParseResult line, IReadOnlyList<PageFormat> formats)
    {
        var isFullPage = line.GetValue(FullPage);
        var element = line.GetValue(Element);
        if (isFullPage && element is not null)
            throw new FormatException($"{FullPage.Name} and {Element.Name} say two things of one picture; leave out one of them.");
        if ((isFullPage || element is not null) && !formats.Any(PageFormats.IsPicture))
            throw new FormatException($"{(isFullPage ? FullPage.Name : Element.Name)} is about pictures; ask for one with --format png, jpeg or webp.");
        if (element is not null && !CaptureSettings.IsSelector(element))
            throw new FormatException($"{Element.Name} must be a CSS selector, or an XPath that begins with // or xpath=; '{element}' is neither.");

        var path = line.GetValue(Capture);
        if (path is not null && !formats.Any(format => PageFormats.IsPicture(format) || format == PageFormat.Pdf))
            throw new FormatException($"{Capture.Name} is about pictures and printed pages; ask for one with --format png, jpeg, webp or pdf.");
        var spec = path is null ? new CaptureSpec() : CaptureSettings.Parse(InputFile.Read(path, "capture settings", CaptureSettings.MaxBytes), InputFile.NameOf(path));
        return !isFullPage && element is null ? spec : spec with { Screenshot = spec.Screenshot with { FullPage = isFullPage, Element = element, Clip = null } };
    }

    private List<FieldSpec> FieldsFrom(ParseResult line)
    {
        List<FieldSpec> fields =
        [
            .. line.GetValue(Schema) is { } path ? FieldSchema.Parse(InputFile.Read(path, "schema", FieldSchema.MaxBytes), InputFile.NameOf(path)) : [],
            .. (line.GetValue(Select) ?? []).Select(FieldSelector.Parse),
        ];
        return fields.CountBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(name => name.Value > 1) is { Key: { } twice }
            ? throw new FormatException($"The field {twice} is given twice.")
            : fields;
    }

    private static string? SelectorFrom(string? text)
    {
        if (text is not null)
            FieldSelector.ThrowIfNotCss("--wait-for", text);
        return text;
    }
}
