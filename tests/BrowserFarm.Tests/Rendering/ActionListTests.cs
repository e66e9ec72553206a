using System.Text;
using System.Text.Json;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Actions;
using TestKit;

namespace BrowserFarm.Tests.Rendering;

public sealed class ActionListTests
{
    [Fact]
    public void Parse_EveryAction_IsRead() => Parse("""
        [
          { "click": "#a", "frame": "iframe" }, { "doubleClick": "#a" }, { "hover": "//a[1]" }, { "type": "#a", "text": "x" }, { "fill": "#a", "text": "" }, { "press": "Enter" }, { "press": "Tab", "on": "#a" },
          { "select": "select", "option": "two" }, { "check": "#a" }, { "uncheck": "#a" }, { "upload": "#f", "name": "a.txt", "text": "hi" }, { "upload": "#f", "name": "b", "base64": "AAE=" },
          { "scrollBy": [0, -300] }, { "scrollTo": "#a" }, { "scrollToEnd": true, "timeoutMs": 5000 }, { "scrollToEnd": ".item", "maxItems": 50 }, { "waitFor": "#a" }, { "waitFor": "#a", "state": "hidden" },
          { "waitForScript": "window.ready" }, { "wait": 250 }, { "screenshot": "after_login" }, { "screenshot": "all", "fullPage": true }, { "script": "document.title" }, { "goTo": "/next" }, { "back": true },
          { "click": "#cookies", "if": "#cookies", "optional": true, "timeoutMs": 1000 }, // a comment
        ]
        """).Should().Equal(
        new PageAction(ActionKind.Click) { Selector = "#a", Frame = "iframe", State = SelectorState.Visible },
        Of(ActionKind.DoubleClick, "#a"), Of(ActionKind.Hover, "//a[1]"), Of(ActionKind.Type, "#a", "x"), Of(ActionKind.Fill, "#a", ""), Of(ActionKind.Press, value: "Enter"), Of(ActionKind.Press, "#a", "Tab"),
        Of(ActionKind.Select, "select", "two"), Of(ActionKind.Check, "#a"), Of(ActionKind.Uncheck, "#a"), Upload("a.txt", "hi"), Upload("b", "\0\u0001"),
        Of(ActionKind.ScrollBy) with { Y = -300 }, Of(ActionKind.ScrollTo, "#a"), Of(ActionKind.ScrollToEnd) with { Timeout = TimeSpan.FromSeconds(5) }, Of(ActionKind.ScrollToEnd, ".item") with { MaxItems = 50 },
        Of(ActionKind.WaitFor, "#a"), Of(ActionKind.WaitFor, "#a") with { State = SelectorState.Hidden }, Of(ActionKind.WaitForScript, value: "window.ready"), Of(ActionKind.Wait) with { Timeout = TimeSpan.FromMilliseconds(250) },
        Of(ActionKind.Screenshot, value: "after_login"), Of(ActionKind.Screenshot, value: "all") with { FullPage = true }, Of(ActionKind.Script, value: "document.title"), Of(ActionKind.GoTo, value: "/next"), Of(ActionKind.Back),
        Of(ActionKind.Click, "#cookies") with { If = "#cookies", Optional = true, Timeout = TimeSpan.FromSeconds(1) });

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{}", "must be a list of 1 to 100 actions")]
    [InlineData("[]", "must be a list of 1 to 100 actions")]
    [InlineData("[5]", "Action 1 must be an object with one of click, doubleClick")]
    [InlineData("[{}]", "Action 1 must be an object with one of")]
    [InlineData("[{ \"click\": \"#a\", \"hover\": \"#a\" }]", "Action 1 must be an object with one of")]
    [InlineData("[{ \"click\": \"#a\" }, { \"klick\": \"#a\" }]", "Action 2 must be an object with one of")]
    [InlineData("[{ \"click\": \"#a\", \"text\": \"x\" }]", "Action 1: text must be one of click, frame, if, optional, timeoutMs")]
    [InlineData("[{ \"click\": \"a[\" }]", "Action 1: click must be a CSS selector")]
    [InlineData("[{ \"click\": 5 }]", "Action 1: click must be a CSS selector")]
    [InlineData("[{ \"click\": \"#a\", \"click\": \"#a\" }]", "Action 1: click must be given once")]
    [InlineData("[{ \"click\": \"#a\", \"frame\": \"[\" }]", "Action 1: frame must be a CSS selector")]
    [InlineData("[{ \"click\": \"#a\", \"timeoutMs\": 0 }]", "Action 1: timeoutMs must be a whole number from 1 to 300000")]
    [InlineData("[{ \"click\": \"#a\", \"optional\": 1 }]", "Action 1: optional must be true or false")]
    [InlineData("[{ \"wait\": \"1s\" }]", "Action 1: wait must be a number of milliseconds")]
    [InlineData("[{ \"wait\": 1, \"timeoutMs\": 5 }]", "Action 1: timeoutMs must be one of wait, if, optional")]
    [InlineData("[{ \"scrollBy\": 300 }]", "Action 1: scrollBy must be two whole numbers")]
    [InlineData("[{ \"back\": false }]", "Action 1: back must be true")]
    [InlineData("[{ \"press\": \"\" }]", "Action 1: press must be a key")]
    [InlineData("[{ \"screenshot\": \"../x\" }]", "Action 1: screenshot must be a name")]
    [InlineData("[{ \"waitFor\": \"#a\", \"state\": \"gone\" }]", "Action 1: state must be attached, visible or hidden")]
    [InlineData("[{ \"scrollToEnd\": \".x\", \"maxItems\": 0 }]", "Action 1: maxItems must be")]
    [InlineData("[{ \"upload\": \"#f\" }]", "Action 1: text or base64 must be what is in the file")]
    [InlineData("[{ \"upload\": \"#f\", \"name\": \"../x\", \"text\": \"\" }]", "Action 1: name must be the file's name")]
    [InlineData("[{ \"upload\": \"#f\", \"name\": \"x\", \"base64\": \"?\" }]", "Action 1: text or base64 must be")]
    public void Parse_Mistake_IsNamedWithItsPlace(string json, string message) =>
        FluentActions.Invoking(() => Parse(json)).Should().Throw<FormatException>().WithMessage($"login.json*{message}*");

    [Fact]
    public void Parse_SeveralMistakes_AreAllTold() =>
        FluentActions.Invoking(() => Parse("""[{ "click": 5, "no": 1 }, { "wait": 0 }]""")).Should().Throw<FormatException>().WithMessage("*Action 1: no*Action 1: click*Action 2: wait*")
            .Which.Message.Should().NotContain("\n");

    [Fact]
    public void Parse_MoreThanAHundred_IsRefused() =>
        FluentActions.Invoking(() => Parse($"[{string.Join(',', Enumerable.Repeat("{\"wait\":1}", 101))}]")).Should().Throw<FormatException>().WithMessage("*1 to 100*");

    [Fact]
    public void TimeFor_Actions_IsTheSumOfTheirsWithRoomForPlaywrightToSpeakFirst()
    {
        var options = new RenderOptions { ActionTimeout = TimeSpan.FromSeconds(10), NavigationTimeout = TimeSpan.FromSeconds(20) };

        ActionRunner.TimeFor([Of(ActionKind.Click), Of(ActionKind.GoTo), Of(ActionKind.Wait) with { Timeout = TimeSpan.FromSeconds(2) }, Of(ActionKind.ScrollToEnd)], options)
            .Should().Be(TimeSpan.FromSeconds(10 + 20 + 2 + 30 + 4));
    }

    [Fact]
    public void Documentation_EveryAction_IsInTheTable()
    {
        var table = File.ReadAllText(Path.Join(RepositoryRoot.Path, "docs/actions.md"));

        Enum.GetNames<ActionKind>().Select(JsonNamingPolicy.CamelCase.ConvertName).Where(name => !table.Contains($"`\"{name}\"", StringComparison.Ordinal)).Should().BeEmpty();
    }

    private static PageAction Of(ActionKind kind, string? selector = null, string? value = null) => new(kind) { Selector = selector, Value = value, State = SelectorState.Visible };

    private static PageAction Upload(string name, string content) => Of(ActionKind.Upload, "#f") with { File = new ActionFile(name, Convert.ToBase64String(Encoding.UTF8.GetBytes(content))) };

    private static IReadOnlyList<PageAction> Parse(string json) => ActionList.Parse(Encoding.UTF8.GetBytes(json), "login.json");
}
