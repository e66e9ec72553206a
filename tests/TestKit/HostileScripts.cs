namespace TestKit;

/// <summary>Pages whose scripts never end, never let go, or bring the renderer down.</summary>
internal static class HostileScripts
{
    public static IEnumerable<HostilePage> Hanging =>
    [
        Hangs("loop-at-load", "while (true) {}"),
        Hangs("loop-later", "setTimeout(() => { while (true) {} }, 300);"),
        Hangs("loop-in-getter", LoopInGetter),
        Hangs("loop-in-tostring", LoopInToString),
        Hangs("loop-in-microtasks", "const again = () => Promise.resolve().then(again); again();"),
        Hangs("alert-for-ever", "while (true) alert(1);"),
        Hangs("synchronous-request", SynchronousRequest),
        Hangs("backtracking", "/^(a+)+$/.test('a'.repeat(64) + 'b');"),
    ];

    public static IEnumerable<HostilePage> Trapping =>
    [
        Traps("beforeunload-loop", "addEventListener('beforeunload', event => { event.preventDefault(); while (true) {} });"),
        Traps("unload-loop", "for (const name of ['pagehide', 'visibilitychange', 'unload']) addEventListener(name, () => { while (true) {} });"),
        Traps("popup-storm", "for (let i = 0; i < 1000; i++) open('about:blank#' + i);"),
        Traps("dialog-storm", "setInterval(() => { alert(1); confirm(2); prompt(3); }, 0);"),
        Traps("print-loop", "while (true) print();"),
        Traps("reload-loop", "location.reload();"),
        Traps("navigation-loop", "location.href = '?' + Math.random();"),
        Traps("history-loop", "setInterval(() => { for (let i = 0; i < 100; i++) history.pushState({}, '', '?' + Math.random()); }, 0);"),
    ];

    /// <remarks>
    /// Measured with the headless shell 156: the text overflow ends the renderer after 1.6 s at 1.2 GB; the heap overflow after 1.3 s at
    /// 0.6 GB under <c>--max-old-space-size=512</c>, after 5 s at 3.3 GB without it.
    /// </remarks>
    public static IEnumerable<HostilePage> Crashing =>
    [
        HostilePage.WithScript(HostileKind.Crashes, "text-overflow", TextOverflow),
        HostilePage.WithScript(HostileKind.Crashes, "heap-overflow", "const kept = []; for (let i = 0; ; i++) kept.push(new Array(1e5).fill(i));"),
    ];

    /// <summary>The page itself is well; the loop begins when a reader asks for its content.</summary>
    private const string LoopInGetter = """
        const loop = { configurable: true, get() { while (true) {} } };
        for (const name of ['outerHTML', 'innerHTML']) Object.defineProperty(Element.prototype, name, loop);
        for (const name of ['innerText', 'outerText']) Object.defineProperty(HTMLElement.prototype, name, loop);
        Object.defineProperty(Node.prototype, 'textContent', loop);
        XMLSerializer.prototype.serializeToString = loop.get;
        """;

    /// <summary>The content comes at once, as an object that loops when it is made into a text or into JSON, or so much as looked at.</summary>
    private const string LoopInToString = """
        const loop = () => { while (true) {} };
        const answer = new Proxy({ toString: loop }, { get: loop, has: loop, ownKeys: loop, getPrototypeOf: loop });
        const property = { configurable: true, get: () => answer };
        for (const name of ['outerHTML', 'innerHTML']) Object.defineProperty(Element.prototype, name, property);
        for (const name of ['innerText', 'outerText']) Object.defineProperty(HTMLElement.prototype, name, property);
        Object.defineProperty(Node.prototype, 'textContent', property);
        XMLSerializer.prototype.serializeToString = () => answer;
        """;

    private const string SynchronousRequest = $"""
        const request = new XMLHttpRequest();
        request.open('GET', '{HostileStalls.Silence}', false);
        request.send();
        """;

    /// <summary>Eighty nodes share one text, until they are to be joined: longer than any text may be, which Chromium answers with its own end.</summary>
    private const string TextOverflow = """
        const node = document.createTextNode('x'.repeat(2 ** 26));
        const parent = document.createElement('div');
        for (let i = 0; i < 80; i++) parent.append(node.cloneNode());
        parent.textContent.length;
        """;

    private static HostilePage Hangs(string name, string script) => HostilePage.WithScript(HostileKind.Hangs, name, script);

    private static HostilePage Traps(string name, string script) => HostilePage.WithScript(HostileKind.Traps, name, script);
}
