using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Captures;
using FsCheck.Fluent;
using TestKit;

namespace BrowserFarm.Tests.Rendering.Captures;

public sealed class PictureBoundsTests
{
    [Theory]
    [InlineData(1280, 720, 1, 1280, 720)]
    [InlineData(1280, 100_000, 1, 1280, 16_384)]   // a long page
    [InlineData(1280, 100_000, 2, 1280, 4882.8125)]   // 2560 × 9766 are 25 million
    [InlineData(100_000, 100_000, 1, 16_384, 1525.87890625)]
    [InlineData(0.2, 0.2, 1, 1, 1)]
    public void Fit_Area_IsCutToWhatCanBeDrawn(double width, double height, double scale, double expectedWidth, double expectedHeight) =>
        PictureBounds.Fit(new PictureArea(3, 4, width, height), scale, 16_384).Should().Be(new PictureArea(3, 4, expectedWidth, expectedHeight));

    [Fact]
    public void Fit_AnyArea_IsWithinAllBoundsAndNeverLarger() => ForAll.Values(
        from width in Gen.Choose(1, 2_000_000) from height in Gen.Choose(1, 20_000_000) from scale in Gen.Choose(1, 40) select (width, height, scale: scale / 10.0),
        area =>
        {
            var fitted = PictureBounds.Fit(new PictureArea(0, 0, area.width, area.height), area.scale, 16_383);

            (fitted.Width * area.scale).Should().BeInRange(1, 16_383.001);
            (fitted.Height * area.scale).Should().BeInRange(1, 16_383.001);
            (fitted.Width * fitted.Height * area.scale * area.scale).Should().BeLessThanOrEqualTo(PictureBounds.MaxPixels * 1.000001);
            fitted.Width.Should().BeLessThanOrEqualTo(Math.Max(area.width, 1 / area.scale));
            fitted.Height.Should().BeLessThanOrEqualTo(Math.Max(area.height, 1 / area.scale));
        });

    [Fact]
    public void MaxSide_Webp_IsWhatTheFormatCanSay() =>
        PictureBounds.MaxSide(PageFormat.Webp).Should().Be((1 << 14) - 1);
}
