namespace BrowserFarm.Demo;

internal sealed record DemoCategory(string Name, string[] Nouns);

/// <summary>The words the shop's texts are put together from.</summary>
internal static class DemoWords
{
    public static readonly DemoCategory[] Categories =
    [
        new("Kitchen", ["Mug", "Teapot", "Bowl", "Carafe", "Chopping Board", "Salt Cellar", "Kettle", "Spoon Rest"]),
        new("Desk", ["Pen Tray", "Desk Lamp", "Notebook Stand", "Paperweight", "Card Box", "Bookend", "Ruler", "Letter Rack"]),
        new("Outdoors", ["Lantern", "Flask", "Camp Stool", "Field Bag", "Plant Pot", "Bird Feeder", "Picnic Box", "Wind Chime"]),
        new("Workshop", ["Tool Roll", "Mallet", "Oil Can", "Work Apron", "Screw Box", "Hand Plane", "Clamp", "Shop Stool"]),
        new("Home", ["Vase", "Candle Holder", "Wall Clock", "Coat Hook", "Throw", "Mirror", "Side Table", "Door Stop"]),
    ];

    public static readonly string[] Adjectives =
    [
        "Quiet", "Everyday", "Little", "Sturdy", "Northern", "Plain", "Golden", "Folding", "Patient", "Old-School", "Bright", "Honest",
        "Hand-Turned", "Slow", "Coastal", "Round", "Winter", "Modest", "Clever", "Tall", "Soft", "Travelling", "Sunday", "Second",
    ];

    public static readonly string[] Materials =
    [
        "Oak", "Enamel", "Linen", "Copper", "Stoneware", "Walnut", "Brass", "Cork", "Steel", "Clay", "Ash", "Leather",
    ];

    public static readonly int[] PriceEndings = [0, 50, 90, 95];

    public static readonly string[] Openings =
    [
        "Made in small batches by two people and one very old machine.",
        "The one you reach for without thinking about it.",
        "Drawn on a napkin, then redrawn forty times.",
        "Built for daily use & meant to be repaired.",
        "A quiet object for a loud room.",
        "Heavier than it looks, in a good way.",
    ];

    public static readonly string[] Middles =
    [
        "The surface is oiled, never lacquered, so it ages along with you.",
        "Every edge is broken by hand; no two are quite alike.",
        "It stacks, it nests, and it fits a standard shelf (< 32 cm).",
        "We tested it for a winter before we dared to sell it.",
        "The fittings are screwed, not glued.",
        "It comes flat-packed with one honest tool.",
    ];

    public static readonly string[] Endings =
    [
        "Wipe clean with a damp cloth.",
        "Ships in plain cardboard.",
        "Spare parts are kept for ten years.",
        "Comes with a card that says \"thank you\".",
        "Guaranteed for as long as we are around.",
    ];

    public static readonly string[] Authors =
    [
        "Ada L.", "Grace H.", "Edsger D.", "Barbara L.", "Tony H.", "Frances A.", "Niklaus W.", "Radia P.", "Ken T.", "Margaret H.",
        "Zoë Ø.", "Conor O'N.",
    ];

    public static readonly string[] Reviews =
    [
        "Exactly as described, and it arrived a day early.",
        "My second one. The first is still fine; I simply wanted two.",
        "Smaller than I imagined, better than I hoped.",
        "It survived a move, a toddler and a cat.",
        "Lovely finish. The box alone is worth keeping.",
        "I'd give it <five stars>, but the colour is a touch darker than on my screen.",
        "Does one thing, and does it well.",
        "A gift that did not end up in a drawer.",
    ];
}

/// <summary>Numbers that look random and are the same in every run.</summary>
/// <remarks>Source: the finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).</remarks>
internal static class DemoNumbers
{
    /// <param name="salt">Tells one property of a product from another.</param>
    /// <returns>0 to <paramref name="limit"/> − 1.</returns>
    public static int Below(int limit, int id, int salt)
    {
        var z = unchecked((ulong)id * 0x9E3779B97F4A7C15 + (ulong)salt * 0xD1B54A32D192ED03);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        z ^= z >> 31;
        return (int)(z % (ulong)limit);
    }
}
