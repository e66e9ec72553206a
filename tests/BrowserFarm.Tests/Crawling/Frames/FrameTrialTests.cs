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
            trial.Choose(isNewKind: true).Should().Be(TabChoice.Ordinary);
            trial = trial.Read(frameless: false);
        }

        trial.Choose(isNewKind: false).Should().Be(TabChoice.Both);
    }

    [Fact]
    public void Choose_UntilEnoughWereTheSame_Compares()
    {
        var trial = Warm();
        for (var page = 0; page < FrameTrial.Proofs; page++)
        {
            trial.Choose(isNewKind: false).Should().Be(TabChoice.Both);
            trial = trial.Compared(same: true);
        }

        trial.Choose(isNewKind: false).Should().Be(TabChoice.Frameless);
        trial.Choose(isNewKind: true).Should().Be(TabChoice.Both, "a page of a new kind proves nothing yet");
    }

    [Fact]
    public void Choose_ProvenSite_ComparesOnePageOfFifty()
    {
        var trial = Proven();
        var compared = 0;
        for (var page = 0; page < 10 * FrameTrial.RecheckOneIn; page++)
        {
            var choice = trial.Choose(isNewKind: false);
            compared += choice == TabChoice.Both ? 1 : 0;
            trial = choice == TabChoice.Both ? trial.Compared(same: true) : trial.Read(frameless: true);
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
            var choice = trial.Choose(isNewKind: true);
            compared += choice == TabChoice.Both ? 1 : 0;
            trial = choice == TabChoice.Both ? trial.Compared(same: true) : trial.Read(frameless: true);
        }

        compared.Should().BeLessThanOrEqualTo(FrameTrial.MaxKindsCompared + (1000 / FrameTrial.RecheckOneIn));
    }

    [Fact]
    public void Choose_OnceAPageDiffered_IsOrdinaryWhateverComesAfter()
    {
        var trial = Proven().Compared(same: false);
        for (var page = 0; page < 200; page++)
        {
            trial.Choose(isNewKind: page % 2 == 0).Should().Be(TabChoice.Ordinary);
            trial = trial.Read(frameless: false);
        }
    }

    [Fact]
    public void Memory_SitesAreJudgedEachByItself()
    {
        var memory = new FrameMemory();
        Prove(memory, "https://one.example/page/");
        Prove(memory, "https://two.example/page/");
        memory.Compared(CanonicalUrl.Parse("https://two.example/page/7"), same: false).Should().BeFalse();

        memory.Choose(CanonicalUrl.Parse("https://one.example/page/9")).Should().Be(TabChoice.Frameless);
        memory.Choose(CanonicalUrl.Parse("https://one.example/other/9")).Should().Be(TabChoice.Both);
        memory.Choose(CanonicalUrl.Parse("https://two.example/page/9")).Should().Be(TabChoice.Ordinary);
        memory.Choose(CanonicalUrl.Parse("https://three.example/page/9")).Should().Be(TabChoice.Ordinary);
    }

    private static void Prove(FrameMemory memory, string prefix)
    {
        for (var page = 0; page < FrameTrial.Warmup; page++)
            memory.Read(CanonicalUrl.Parse(prefix + page), frameless: false);
        for (var page = 1; page <= FrameTrial.Proofs; page++)
            memory.Compared(CanonicalUrl.Parse(prefix + page), same: true).Should().Be(page == FrameTrial.Proofs ? true : null);
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
            trial = trial.Compared(same: true);
        return trial;
    }
}
