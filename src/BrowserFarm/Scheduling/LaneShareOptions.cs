using Microsoft.Extensions.Options;

namespace BrowserFarm.Scheduling;

/// <summary>How much of the farm each lane gets while all of them have work.</summary>
public sealed class LaneShareOptions
{
    public const int MostWeight = 1000;

    /// <summary>Weight of urgent jobs. Default 6; 1 to 1000.</summary>
    public int Urgent { get; set; } = 6;

    /// <summary>Weight of normal jobs. Default 3; 1 to 1000.</summary>
    public int Normal { get; set; } = 3;

    /// <summary>Weight of background jobs. Default 1; 1 to 1000: never nothing, for a lane without a share would starve.</summary>
    public int Background { get; set; } = 1;

    /// <summary>By the lane's number.</summary>
    public IReadOnlyList<int> Weights => [Urgent, Normal, Background];

    /// <exception cref="OptionsValidationException">A weight is out of its range; all of them are named.</exception>
    public void Validate()
    {
        (string Name, int Value)[] weights = [(nameof(Urgent), Urgent), (nameof(Normal), Normal), (nameof(Background), Background)];
        var mistakes = weights.Where(weight => weight.Value is < 1 or > MostWeight)
            .Select(weight => $"The weight of the lane {weight.Name} is {weight.Value}, but must be from 1 to {MostWeight}.").ToList();
        if (mistakes.Count > 0)
            throw new OptionsValidationException(nameof(LaneShareOptions), typeof(LaneShareOptions), mistakes);
    }
}
