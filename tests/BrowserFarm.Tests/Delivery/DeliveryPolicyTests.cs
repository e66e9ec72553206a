using BrowserFarm.Delivery;

namespace BrowserFarm.Tests.Delivery;

public sealed class DeliveryPolicyTests
{
    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(5, 8, 16)]
    [InlineData(10, 150, 300)]
    [InlineData(int.MaxValue, 150, 300)]
    public void Delay_MoreTries_DoublesUpToFiveMinutes(int tries, double least, double most)
    {
        DeliveryPolicy.Delay(tries, retryAfter: null, random: 0).TotalSeconds.Should().BeApproximately(least, 1e-6);
        DeliveryPolicy.Delay(tries, retryAfter: null, random: 1 - 1e-12).TotalSeconds.Should().BeApproximately(most, 1e-6);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 7)]
    [InlineData(3599, 3599)]
    [InlineData(99999999, 3600)]
    public void Delay_ReceiverAsksForMore_WaitsThatLongUpToAnHour(double asked, double expected) =>
        DeliveryPolicy.Delay(2, TimeSpan.FromSeconds(asked), random: 0).TotalSeconds.Should().Be(expected);
}
