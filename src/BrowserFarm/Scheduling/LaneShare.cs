using System.Collections.Immutable;
using BrowserFarm.Jobs;

namespace BrowserFarm.Scheduling;

/// <summary>
/// Shares turns among the lanes by weight, evenly mixed: of 6, 3 and 1 every ten turns hold six, three and one. A lane that has nothing gives its turns to
/// the others and saves none up. Immutable and pure.
/// </summary>
/// <remarks>
/// Source: smooth weighted round robin, as in nginx (commit 52327e0627f4, 2012): every turn each lane's credit rises by its weight, the lane of
/// most credit is served, and pays the sum of the weights.
/// </remarks>
public sealed class LaneShare
{
    private readonly ImmutableArray<int> _weights;   // by lane
    private readonly ImmutableArray<int> _credits;

    private LaneShare(ImmutableArray<int> weights, ImmutableArray<int> credits)
    {
        _weights = weights;
        _credits = credits;
        Order = [.. Enum.GetValues<Lane>().OrderByDescending(lane => credits[(int)lane] + weights[(int)lane])];
    }

    /// <summary>Every lane once, the one whose turn it is first.</summary>
    public ImmutableArray<Lane> Order { get; }

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A weight is out of its range.</exception>
    public static LaneShare Of(LaneShareOptions options)
    {
        options.Validate();
        return new LaneShare([options.Urgent, options.Normal, options.Background], [0, 0, 0]);
    }

    /// <summary>The shares after a turn.</summary>
    /// <param name="tried">The order in which lanes were tried.</param>
    /// <param name="served">The first of them that had something.</param>
    public LaneShare After(ImmutableArray<Lane> tried, Lane served)
    {
        var credits = _credits.ToBuilder();
        var stake = 0;
        var hadNothing = true;
        foreach (var lane in tried)
        {
            hadNothing &= lane != served;
            if (hadNothing)
            {
                credits[(int)lane] = 0;
                continue;
            }

            credits[(int)lane] += _weights[(int)lane];
            stake += _weights[(int)lane];
        }

        credits[(int)served] -= stake;
        return new LaneShare(_weights, credits.ToImmutable());
    }
}
