using BrowserFarm.Crawling.Frames;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling.Frames;

public sealed class FrameTrialTests
{
    [Fact]
    public void Choose_SiteOfFewPages_IsNeverAskedForAPageTwice()
    {
        var trial = default(FrameTrial);
        for (var page = 0; page < FrameTrial.Warmup; page++)
        {
            trial.Choose(kind: null).Should().Be(TabChoice.Ordinary);
            trial = trial.Read(frameless: false);
        }

        trial.Choose(kind: true).Should().Be(TabChoice.Both);
    }

    [Fact]
    public void Choose_UntilEnoughWereTheSame_Compares()
    {
        var trial = Warm();
        for (var page = 0; page < FrameTrial.Proofs; page++)
        {
            trial.Choose(kind: true).Should().Be(TabChoice.Both);
            trial = trial.WasSame();
        }

        trial.Choose(kind: true).Should().Be(TabChoice.Frameless);
        trial.Choose(kind: null).Should().Be(TabChoice.Both, "a page of a new kind proves nothing yet");
    }

    [Fact]
    public void Choose_ProvenSite_ComparesOnePageOfFifty()
    {
        var trial = Proven();
        var compared = 0;
        for (var page = 0; page < 10 * FrameTrial.RecheckOneIn; page++)
        {
            var choice = trial.Choose(kind: true);
            compared += choice == TabChoice.Both ? 1 : 0;
            trial = choice == TabChoice.Both ? trial.WasSame() : trial.Read(frameless: true);
        }

        compared.Should().Be(10);
    }

    [Fact]
    public void Choose_SiteWhereEveryPageIsANewKind_IsNotComparedForEver()
    {
        var trial = Proven();
        var compared = 0;
        for (var page = 0; page < 1000; page++)
        {
            var choice = trial.Choose(kind: null);
            compared += choice == TabChoice.Both ? 1 : 0;
            trial = choice == TabChoice.Both ? trial.WasSame() : trial.Read(frameless: true);
        }

        compared.Should().BeLessThanOrEqualTo(FrameTrial.MaxKindsCompared + (1000 / FrameTrial.RecheckOneIn));
    }

    [Fact]
    public void Choose_KindThatDiffered_IsOrdinaryAndOtherKindsAreNot()
    {
        var trial = Proven().WasOther(isFirst: true);

        trial.Choose(kind: false).Should().Be(TabChoice.Ordinary);
        trial.Choose(kind: true).Should().Be(TabChoice.Frameless);
    }

    [Fact]
    public void Choose_SeveralKindsDiffered_IsOrdinaryWhateverComesAfter()
    {
        var trial = Proven();
        for (var kind = 0; kind < FrameTrial.MaxKindsThatDiffer; kind++)
            trial = trial.WasOther(isFirst: true).WasOther(isFirst: false);
        for (var page = 0; page < 200; page++)
        {
            trial.Choose(page % 2 == 0 ? true : null).Should().Be(TabChoice.Ordinary);
            trial = trial.Read(frameless: false).WasSame();
        }
    }

    [Fact]
    public void Memory_SitesAndKindsAreJudgedEachByItself()
    {
        var memory = new FrameMemory();
        Prove(memory, "https://one.example/page/");
        Prove(memory, "https://two.example/page/");
        memory.Compared(CanonicalUrl.Parse("https://two.example/page/7"), same: false).Should().Be(FrameNews.KindDiffers);
        memory.Compared(CanonicalUrl.Parse("https://two.example/page/8"), same: false).Should().Be(FrameNews.None, "it is known of pages like it");

        memory.Choose(CanonicalUrl.Parse("https://one.example/page/9")).Should().Be(TabChoice.Frameless);
        memory.Choose(CanonicalUrl.Parse("https://one.example/other/9")).Should().Be(TabChoice.Both);
        memory.Choose(CanonicalUrl.Parse("https://two.example/page/9")).Should().Be(TabChoice.Ordinary);
        memory.Choose(CanonicalUrl.Parse("https://two.example/other/9")).Should().Be(TabChoice.Both);
        memory.Choose(CanonicalUrl.Parse("https://three.example/page/9")).Should().Be(TabChoice.Ordinary);
    }

    [Fact]
    public void Memory_ThirdKindThatDiffers_GivesTheSiteUp()
    {
        var memory = new FrameMemory();
        Prove(memory, "https://one.example/page/");
        memory.Compared(CanonicalUrl.Parse("https://one.example/a"), same: false).Should().Be(FrameNews.KindDiffers);
        memory.Compared(CanonicalUrl.Parse("https://one.example/b"), same: false).Should().Be(FrameNews.KindDiffers);
        memory.Compared(CanonicalUrl.Parse("https://one.example/c"), same: false).Should().Be(FrameNews.SiteGivenUp);

        memory.Choose(CanonicalUrl.Parse("https://one.example/page/9")).Should().Be(TabChoice.Ordinary);
    }

    private static void Prove(FrameMemory memory, string prefix)
    {
        for (var page = 0; page < FrameTrial.Warmup; page++)
            memory.Read(CanonicalUrl.Parse(prefix + page), frameless: false);
        for (var page = 1; page <= FrameTrial.Proofs; page++)
            memory.Compared(CanonicalUrl.Parse(prefix + page), same: true).Should().Be(page == FrameTrial.Proofs ? FrameNews.SiteProven : FrameNews.None);
    }

    private static FrameTrial Warm()
    {
        var trial = default(FrameTrial);
        for (var page = 0; page < FrameTrial.Warmup; page++)
            trial = trial.Read(frameless: false);
        return trial;
    }

    private static FrameTrial Proven()
    {
        var trial = Warm();
        for (var page = 0; page < FrameTrial.Proofs; page++)
            trial = trial.WasSame();
        return trial;
    }
}
