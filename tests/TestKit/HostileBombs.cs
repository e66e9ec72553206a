namespace TestKit;

/// <summary>Pages that take memory step by step, resident and not merely reserved, up to 2 GB each so that a test without a limit survives them.</summary>
internal static class HostileBombs
{
    public static IEnumerable<HostilePage> All =>
    [
        Bomb("heap", HeapStep, steps: 512),
        Bomb("array-buffers", "kept.push(new Uint8Array(32 << 20).fill(1));", steps: 64),
        Bomb("nodes", NodesStep, steps: 1000),
        Bomb("canvas", CanvasStep, steps: 2),
        Bomb("wasm-memory", WasmStep, steps: 64),
    ];

    /// <summary>4 MB of the script's own heap: 130 000 small objects.</summary>
    private const string HeapStep = "kept.push(Array.from({ length: 1 << 17 }, (_, i) => ({ i })));";

    /// <summary>Ten thousand elements; ten million in the end.</summary>
    private const string NodesStep = """
        const part = document.createDocumentFragment();
        for (let i = 0; i < 10000; i++) part.append(document.createElement('i'));
        document.body.append(part);
        """;

    /// <summary>The largest canvas there is, 1 GB, painted and read so that its pixels exist.</summary>
    private const string CanvasStep = """
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 16384;
        const brush = canvas.getContext('2d', { willReadFrequently: true });
        brush.fillStyle = 'rgb(12, 34, 56)';
        brush.fillRect(0, 0, 16384, 16384);
        brush.getImageData(0, 0, 1, 1);
        kept.push(canvas);
        """;

    private const string WasmStep = """
        kept[0] ??= new WebAssembly.Memory({ initial: 0, maximum: 32768 });
        const before = kept[0].grow(512) * 65536;
        new Uint8Array(kept[0].buffer, before).fill(1);
        """;

    /// <param name="step">Keeps some more memory, in <c>kept</c>; runs every 20 ms, so that the page answers meanwhile.</param>
    private static HostilePage Bomb(string name, string step, int steps) => HostilePage.WithScript(HostileKind.Bombs, name, $$"""
        const kept = [];
        let left = {{steps}};
        const timer = setInterval(() => {
          if (left-- <= 0) return clearInterval(timer);
          {{step}}
        }, 20);
        """);
}
