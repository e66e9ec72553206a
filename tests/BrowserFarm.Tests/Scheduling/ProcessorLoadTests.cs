using BrowserFarm.Scheduling;
using TestKit;

namespace BrowserFarm.Tests.Scheduling;

public sealed class ProcessorLoadTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ProcessorLoad _load;

    public ProcessorLoadTests() => _load = new ProcessorLoad(_folder.Combine("stat"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Look_TwoReadings_IsTheShareThatWasNotIdle()
    {
        Write("cpu  100 0 100 700 100 0 0 0 0 0");
        _load.Look().Should().BeNull("one reading is no share");

        Write("cpu  130 0 120 720 120 5 5 0 0 0");

        _load.Look().Should().BeApproximately(0.6, 1e-9, "60 of 100 ticks were neither idle nor waiting for a disk");
    }

    [Fact]
    public void Look_NoTimePassed_IsNotKnown()
    {
        Write("cpu  100 0 100 700 100 0 0 0 0 0");
        _load.Look();

        _load.Look().Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu 1 2 3")]
    [InlineData("intr 1 2 3 4 5 6 7 8 9")]
    [InlineData("cpu a b c d e f g h i")]
    [InlineData("cpu 99999999999999999999999 2 3 4 5 6 7 8 9")]
    public void Look_FileOfAnotherForm_IsNotKnown(string text)
    {
        Write(text);

        _load.Look().Should().BeNull();
        _load.Look().Should().BeNull();
    }

    [Fact]
    public void Look_NoFile_IsNotKnown() => _load.Look().Should().BeNull();

    [Fact]
    public void Look_ThisMachine_IsAShare()
    {
        var load = new ProcessorLoad();
        load.Look();
        double? share = null;
        for (var i = 0; i < 1_000_000 && share is null; i++)
            share = load.Look();

        share.Should().BeInRange(0, 1);
    }

    private void Write(string text) => File.WriteAllText(_folder.Combine("stat"), text + "\ncpu0 1 2 3\n");
}
