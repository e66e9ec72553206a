namespace BrowserFarm.Simulation;

/// <summary>Random times, the same for the same seed.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A number in [0, 1), spread evenly.</summary>
    public double Next() => _random.NextDouble();

    /// <summary>A lognormal time: most are a little less than the median says, some are much more, as network times are.</summary>
    /// <param name="median">The time that half of them stay below.</param>
    /// <param name="sigma">Spread of the logarithm: 0 none, 0.2 a quiet line, 0.6 a noisy one.</param>
    public TimeSpan Around(TimeSpan median, double sigma)
    {
        // Box and Muller, 1958.
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return median * Math.Exp(sigma * normal);
    }
}
