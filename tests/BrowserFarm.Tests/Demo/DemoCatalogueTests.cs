using BrowserFarm.Demo;

namespace BrowserFarm.Tests.Demo;

public sealed class DemoCatalogueTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(48, true)]
    [InlineData(49, false)]
    [InlineData(-1, false)]
    [InlineData(int.MaxValue, false)]
    public void Find_Id_KnowsExactlyTheProductsOfTheShop(int id, bool known)
    {
        var product = new DemoCatalogue(products: 48, pageSize: 12).Find(id);

        (product is not null).Should().Be(known);
    }

    [Fact]
    public void Find_SameIdInTwoShops_GivesTheSameProduct()
    {
        var small = new DemoCatalogue(products: 10, pageSize: 3).Find(7);
        var large = new DemoCatalogue(products: 100_000, pageSize: 50).Find(7);

        large.Should().Be(small, "everything follows from the product's number");
    }

    [Fact]
    public void Find_KnownProduct_KeepsItsTextsBetweenReleases()
    {
        var product = new DemoCatalogue(products: 48, pageSize: 12).Find(7)!;

        product.Should().BeEquivalentTo(new
        {
            Id = 7,
            Sku = "BF-00007",
            Name = "Soft Enamel Flask",
            Category = "Outdoors",
            Price = "€ 159.50",
            PriceInCents = 15950,
            Stock = 50,
            Image = "/images/7.svg",
        }, "people compare what they scraped with what the manual shows");
    }

    [Fact]
    public void Find_ManyProducts_GivesEveryOneANameOfItsOwn()
    {
        var catalogue = new DemoCatalogue(products: 100_000, pageSize: 12);

        var names = Enumerable.Range(1, catalogue.Products).Select(id => catalogue.Find(id)!.Name);

        names.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Find_ManyProducts_PricesThemAllInTheShownForm()
    {
        var catalogue = new DemoCatalogue(products: 500, pageSize: 12);

        var prices = Enumerable.Range(1, catalogue.Products).Select(id => catalogue.Find(id)!.Price);

        prices.Should().OnlyContain(price => System.Text.RegularExpressions.Regex.IsMatch(
            price, @"\A€ [1-9]\d*\.\d\d\z", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(48, 12, 4, 12)]
    [InlineData(49, 12, 5, 1)]
    [InlineData(1, 12, 1, 1)]
    [InlineData(12, 12, 1, 12)]
    public void Page_WholeList_HoldsEveryProductOnceInOrder(int products, int pageSize, int pages, int onTheLast)
    {
        var catalogue = new DemoCatalogue(products, pageSize);

        var list = Enumerable.Range(1, catalogue.Pages).Select(page => catalogue.Page(page)!).ToArray();

        list.Should().HaveCount(pages);
        list[^1].Items.Should().HaveCount(onTheLast);
        list.SelectMany(page => page.Items).Select(product => product.Id).Should().Equal(Enumerable.Range(1, products));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(-3)]
    [InlineData(int.MaxValue)]
    public void Page_OutsideTheList_IsNothing(int page)
    {
        var found = new DemoCatalogue(products: 48, pageSize: 12).Page(page);

        found.Should().BeNull();
    }

    [Fact]
    public void Reviews_EveryProduct_HasTwoToFiveNewestFirst()
    {
        var catalogue = new DemoCatalogue(products: 200, pageSize: 12);

        foreach (var id in Enumerable.Range(1, catalogue.Products))
        {
            var reviews = catalogue.Reviews(id);
            reviews.Count.Should().BeInRange(2, 5);
            reviews.Select(review => review.Date).Should().BeInDescendingOrder();
            reviews.Select(review => review.Text).Should().OnlyHaveUniqueItems();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(48)]
    public void Offer_EveryNumber_IsCheaperThanTheProduct(int products)
    {
        var catalogue = new DemoCatalogue(products, pageSize: 12);

        foreach (var number in Enumerable.Range(1, DemoCatalogue.Offers))
        {
            var offer = catalogue.Offer(number)!;
            catalogue.Find(offer.Product.Id).Should().Be(offer.Product);
            offer.SalePrice.Should().Be(DemoCatalogue.Euros(offer.Product.PriceInCents * (100 - offer.PercentOff) / 100));
            offer.PercentOff.Should().BeInRange(1, 50);
        }

        catalogue.Offer(0).Should().BeNull();
        catalogue.Offer(DemoCatalogue.Offers + 1).Should().BeNull();
    }

    [Theory]
    [InlineData(0, "€ 0.00")]
    [InlineData(5, "€ 0.05")]
    [InlineData(1250, "€ 12.50")]
    [InlineData(123456, "€ 1234.56")]
    public void Euros_Cents_AreShownWithTwoDecimals(int cents, string shown)
    {
        DemoCatalogue.Euros(cents).Should().Be(shown);
    }
}
