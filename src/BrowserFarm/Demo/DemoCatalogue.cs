namespace BrowserFarm.Demo;

/// <summary>One product as the API hands it out.</summary>
/// <param name="Price">Shown text, <c>€ 12.50</c>.</param>
/// <param name="Image">Path on this site, <c>/images/7.svg</c>.</param>
internal sealed record DemoProduct(
    int Id, string Sku, string Name, string Category, string Price, int PriceInCents, int Stock, string Description, string Image);

/// <summary>One page of the product list.</summary>
/// <param name="Page">From 1 to <paramref name="Pages"/>.</param>
/// <param name="Items">In order of id, never empty.</param>
internal sealed record DemoProductPage(int Page, int Pages, int Total, IReadOnlyList<DemoProduct> Items);

internal sealed record DemoReview(string Author, int Stars, string Text, DateOnly Date);

/// <summary>A flash sale offer: one product at a lower price.</summary>
internal sealed record DemoOffer(int Number, int Offers, DemoProduct Product, string SalePrice, int PercentOff);

internal sealed record DemoOrder(string Number, DateOnly Date, string Product, int ProductId, int Quantity, string Total);

/// <summary>What the demo shop sells. Everything follows from the product's number, so two runs show the same shop.</summary>
internal sealed class DemoCatalogue(int products, int pageSize)
{
    /// <summary>Flash sale offers, numbered from 1.</summary>
    public const int Offers = 6;

    // A prime that divides no word list: stepping by it visits every combination of words once before any repeats.
    private const int NameStride = 7919;

    // Keeps neighbours in different categories from sharing their first words; the order within a category is not touched.
    private const int CategoryOffset = 461;

    public int Products { get; } = products;
    public int Pages { get; } = (products + pageSize - 1) / pageSize;

    /// <returns>Null when the shop has no such product.</returns>
    public DemoProduct? Find(int id) => id < 1 || id > Products ? null : Create(id);

    /// <returns>Null when the list has no such page.</returns>
    public DemoProductPage? Page(int page)
    {
        if (page < 1 || page > Pages)
            return null;

        var first = (page - 1) * pageSize + 1;
        var count = Math.Min(pageSize, Products - first + 1);
        return new DemoProductPage(page, Pages, Products, [.. Enumerable.Range(first, count).Select(Create)]);
    }

    /// <returns>Newest first, two to five; empty when the shop has no such product.</returns>
    public IReadOnlyList<DemoReview> Reviews(int id)
    {
        if (Find(id) is null)
            return [];

        return
        [
            .. Enumerable.Range(0, 2 + DemoNumbers.Below(4, id, salt: 20))
                .Select(n => new DemoReview(
                    DemoWords.Authors[DemoNumbers.Below(DemoWords.Authors.Length, id, salt: 30 + n)],
                    3 + DemoNumbers.Below(3, id, salt: 40 + n),
                    DemoWords.Reviews[(DemoNumbers.Below(DemoWords.Reviews.Length, id, salt: 50) + n) % DemoWords.Reviews.Length],
                    new DateOnly(2026, 6, 30).AddDays(-17 * n - DemoNumbers.Below(16, id, salt: 60 + n)))),
        ];
    }

    /// <returns>Null when there is no such offer.</returns>
    public DemoOffer? Offer(int number)
    {
        if (number is < 1 or > Offers)
            return null;

        var product = Create(1 + number * 7 % Products);
        var percentOff = 10 + 5 * number;
        return new DemoOffer(number, Offers, product, Euros(product.PriceInCents * (100 - percentOff) / 100), percentOff);
    }

    /// <returns>The demo customer's orders, newest first.</returns>
    public IReadOnlyList<DemoOrder> Orders() =>
    [
        .. Enumerable.Range(0, 5).Select(n =>
        {
            var product = Create(1 + n * 11 % Products);
            var quantity = 1 + DemoNumbers.Below(3, n, salt: 70);
            return new DemoOrder(
                $"2026-{1042 - n:0000}", new DateOnly(2026, 6, 28).AddDays(-9 * n), product.Name, product.Id, quantity,
                Euros(product.PriceInCents * quantity));
        }),
    ];

    /// <param name="cents">0 or more.</param>
    /// <returns><c>€ 12.50</c>, with an ordinary space.</returns>
    internal static string Euros(int cents) => $"€ {cents / 100}.{cents % 100:00}";

    private static DemoProduct Create(int id)
    {
        var price = 100 * (4 + DemoNumbers.Below(176, id, salt: 1)) + DemoWords.PriceEndings[DemoNumbers.Below(4, id, salt: 2)];
        return new DemoProduct(
            id, $"BF-{id:00000}", NameOf(id), CategoryOf(id).Name, Euros(price), price,
            Stock: DemoNumbers.Below(60, id, salt: 3), DescriptionOf(id), $"/images/{id}.svg");
    }

    private static DemoCategory CategoryOf(int id) => DemoWords.Categories[id % DemoWords.Categories.Length];

    private static string NameOf(int id)
    {
        var category = CategoryOf(id);
        var combinations = DemoWords.Adjectives.Length * DemoWords.Materials.Length * category.Nouns.Length;
        var (ofCategory, number) = Math.DivRem(id, DemoWords.Categories.Length);
        var word = (int)(((long)ofCategory * NameStride + number * CategoryOffset) % combinations);
        var edition = 1 + ofCategory / combinations;

        var (rest, noun) = Math.DivRem(word, category.Nouns.Length);
        var (adjective, material) = Math.DivRem(rest, DemoWords.Materials.Length);
        var name = $"{DemoWords.Adjectives[adjective]} {DemoWords.Materials[material]} {category.Nouns[noun]}";
        return edition == 1 ? name : $"{name} No. {edition}";
    }

    private static string DescriptionOf(int id) => string.Join(' ',
        DemoWords.Openings[DemoNumbers.Below(DemoWords.Openings.Length, id, salt: 10)],
        DemoWords.Middles[DemoNumbers.Below(DemoWords.Middles.Length, id, salt: 11)],
        DemoWords.Endings[DemoNumbers.Below(DemoWords.Endings.Length, id, salt: 12)]);
}
