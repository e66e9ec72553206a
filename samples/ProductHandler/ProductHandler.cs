using System.Text.Json.Nodes;
using BrowserFarm.Rendering.Handlers;
using Microsoft.Playwright;

namespace Samples;

/// <summary>Works out how a shop's visitors judge a product: something that no selector says.</summary>
internal sealed class ProductHandler : IPageHandler
{
    public async Task<PageFindings> HandleAsync(IPage page, PageVisit visit, CancellationToken cancellationToken)
    {
        // Lists, searches and the like: nothing of ours.
        if (await page.Locator("article.product").CountAsync() == 0)
            return new PageFindings();

        // The reviews come after the product.
        await page.Locator(".review-list").WaitForAsync();
        var stars = await page.Locator(".review-list .stars").EvaluateAllAsync<int[]>("all => all.map(one => one.textContent.split('★').length - 1)");
        var unhappy = await page.Locator(".review-list .review").Filter(new LocatorFilterOptions { HasText = "★☆☆☆☆" }).Locator(".review-text").AllInnerTextsAsync();
        return new PageFindings(new JsonObject
        {
            ["product"] = await page.Locator(".product-title").InnerTextAsync(),
            ["reviews"] = stars.Length,
            ["averageStars"] = stars.Length == 0 ? null : Math.Round(stars.Average(), 2),
            ["complaints"] = new JsonArray([.. unhappy.Select(text => JsonValue.Create(text))]),
        });
    }
}
