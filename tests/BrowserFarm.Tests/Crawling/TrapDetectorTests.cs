using BrowserFarm.Crawling;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Crawling;

public sealed class TrapDetectorTests
{
    private static readonly string[] Weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    private static readonly string[] Months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    private readonly TrapDetector _detector = new();

    [Fact]
    public void Admits_EndlessCalendar_EndsSoonAfterItsLimit()
    {
        var day = new DateOnly(2026, 1, 1);
        var followed = 0;
        while (followed < 20_000 && Admits($"/calendar/{day:yyyy/MM/dd}"))
        {
            followed++;
            _detector.NoteRead(Url($"/calendar/{day:yyyy/MM/dd}"), $"{Weekdays[(int)day.DayOfWeek]}, {day.Day} {Months[day.Month - 1]} {day.Year}. No events. Next day");
            day = day.AddDays(1);
        }

        followed.Should().BeInRange(1000, 1500);
        _detector.Traps.Should().ContainSingle().Which.Pattern.Should().Be("https://a.example/calendar/#/#/#");
    }

    [Fact]
    public void Admits_SessionInEveryAddress_EndsAtItsLimit()
    {
        var followed = 0;
        while (followed < 20_000 && Admits($"/shop?sid={followed:x16}"))
        {
            _detector.NoteRead(Url($"/shop?sid={followed:x16}"), "Welcome to our shop");
            followed++;
        }

        followed.Should().Be(1000);
    }

    [Fact]
    public void Admits_EverDeeper_EndsEarly()
    {
        var path = "";
        var followed = 0;
        while (followed < 2_000 && path.Length < 8000)
        {
            path += followed % 2 == 0 ? "/a" : "/b";
            if (!Admits(path))
                break;
            followed++;
        }

        followed.Should().BeInRange(100, 110);
    }

    [Fact]
    public void Admits_EndlessCombinations_EndAtTheLimit()
    {
        var followed = 0;
        while (followed < 20_000 && Admits($"/list?color={followed % 7}&size={followed % 11}&brand={followed % 13}&sort=x&page={followed}"))
        {
            _detector.NoteRead(Url($"/list?color={followed % 7}&size={followed % 11}&brand={followed % 13}&sort=x&page={followed}"), Words(followed));
            followed++;
        }

        followed.Should().Be(TrapPolicy.DefaultLimit);
    }

    [Fact]
    public void Admits_LargeCatalogue_IsFollowedToItsEnd()
    {
        for (var product = 0; product < 100_000; product++)
        {
            Admits($"/products/{product}").Should().BeTrue();
            if (product % 10 == 0)
                _detector.NoteRead(Url($"/products/{product}"), $"Article {product}: {Words(product)}");
        }

        _detector.Traps.Should().BeEmpty();
    }

    [Fact]
    public void Admits_ListOfEverythingBeforeAnythingIsRead_IsFollowed()
    {
        for (var product = 0; product < 50_000; product++)
            Admits($"/products/{product}").Should().BeTrue();
    }

    [Fact]
    public void Admits_TrapThatBringsSomethingAgain_IsOpenAgain()
    {
        for (var page = 0; page < 1000; page++)
        {
            Admits($"/p/{page}").Should().BeTrue();
            _detector.NoteRead(Url($"/p/{page}"), "soon");
        }

        Admits("/p/1000").Should().BeFalse();
        for (var page = 0; page < 200; page++)
            _detector.NoteRead(Url($"/p/{page}"), Words(page));

        Admits("/p/1000").Should().BeTrue();
    }

    [Fact]
    public void Admits_AddressLetPassBefore_PassesAgain()
    {
        for (var depth = 3; depth < 103; depth++)
            Admits(string.Concat(Enumerable.Repeat("/x", depth))).Should().BeTrue();

        Admits(string.Concat(Enumerable.Repeat("/x", 200))).Should().BeFalse();
        Admits("/x/x/x").Should().BeTrue("it is in the queue already");
    }

    [Fact]
    public void Admits_FirstHeldBack_IsToldOnce()
    {
        var detector = new TrapDetector(limit: 100);
        detector.Admits(Url("/x/x/x"), out var none).Should().BeTrue();

        detector.Admits(Url("/x/x/x/x"), out var first).Should().BeFalse();
        detector.Admits(Url("/x/x/x/x/x"), out var second).Should().BeFalse();

        none.Should().BeNull();
        first.Should().Be(new Trap("https://a.example/x/…", 1));
        second.Should().BeNull();
    }

    [Fact]
    public void Admits_TrapOfOneSite_DoesNotConcernAnother()
    {
        var detector = new TrapDetector(limit: 100);
        detector.Admits(Url("/x/x/x"), out _);
        detector.Admits(Url("/x/x/x/x"), out _).Should().BeFalse();

        detector.Admits(CanonicalUrl.Parse("https://b.example/x/x/x/x"), out _).Should().BeTrue();
    }

    [Fact]
    public void Admits_MillionAddressesOfManyPatterns_KeepsABoundedNumber()
    {
        for (var number = 0; number < 1_000_000; number++)
        {
            Admits($"/word{Letters(number % 100_000)}/{number}");
            if (number % 50_000 == 0)
                Bounded();
        }

        Bounded();

        void Bounded()
        {
            _detector.Patterns.Should().BeLessThanOrEqualTo(TrapDetector.MaxPatterns);
            _detector.Hashes.Should().BeLessThanOrEqualTo(TrapDetector.MaxHashes);
        }
    }

    [Fact]
    public void Admits_ManyLargePatterns_KeepsABoundedNumberOfHashes()
    {
        for (var pattern = 0; pattern < 50; pattern++)
        {
            for (var number = 0; number < 10_100; number++)
                Admits($"/{Letters(pattern)}/{number}");
            for (var number = 0; number < 2_100; number++)
                _detector.NoteRead(Url($"/{Letters(pattern)}/{number}"), Words(number));
        }

        _detector.Hashes.Should().BeInRange(TrapDetector.MaxHashes / 2, TrapDetector.MaxHashes);
    }

    [Fact]
    public void Admits_TrapAmongManyOtherPages_IsFoundAllTheSame()
    {
        var held = false;
        for (var number = 0; number < 2_000 && !held; number++)
        {
            for (var other = 0; other < 20; other++)
                Admits($"/article/{Letters(number * 20 + other)}");
            held = !Admits($"/day/{number}");
            _detector.NoteRead(Url($"/day/{number}"), "nothing");
        }

        held.Should().BeTrue();
    }

    private bool Admits(string path) => _detector.Admits(Url(path), out _);

    private static CanonicalUrl Url(string path) => CanonicalUrl.Parse("https://a.example" + path);

    /// <summary>A text of its own for every number, without a digit.</summary>
    private static string Words(int number) => $"About {Letters(number)} and what it is good for";

    private static string Letters(int number) => string.Concat(number.ToString().Select(digit => (char)('k' + digit - '0')));
}
