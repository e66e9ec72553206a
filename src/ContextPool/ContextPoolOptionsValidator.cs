using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ContextPool;

/// <summary>Checks each setting's range and the rules between settings; reports every mistake at once.</summary>
public sealed class ContextPoolOptionsValidator : IValidateOptions<ContextPoolOptions>
{
    public ValidateOptionsResult Validate(string? name, ContextPoolOptions options)
    {
        var result = new ValidateOptionsResultBuilder();

        var ranges = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), ranges, validateAllProperties: true))
        {
            foreach (var range in ranges)
                result.AddError(range.ErrorMessage ?? range.ToString());
        }

        if (options.MaxContextsServedPerCell < options.MaxContextsPerCell)
        {
            result.AddError($"{nameof(options.MaxContextsServedPerCell)} ({options.MaxContextsServedPerCell}) must be at least "
                + $"{nameof(options.MaxContextsPerCell)} ({options.MaxContextsPerCell}): a cell must live long enough to be filled once.");
        }

        if (options.TabBytes > options.MaxTabBytes)
        {
            result.AddError($"{nameof(options.TabBytes)} ({options.TabBytes}) must be at most "
                + $"{nameof(options.MaxTabBytes)} ({options.MaxTabBytes}): a tab as large as expected would be killed.");
        }

        if (!(options.LowWatermark < options.HighWatermark && options.HighWatermark < options.ShedWatermark && options.ShedWatermark < 1))
        {
            result.AddError($"{nameof(options.LowWatermark)} ({options.LowWatermark}) must be below "
                + $"{nameof(options.HighWatermark)} ({options.HighWatermark}), that below "
                + $"{nameof(options.ShedWatermark)} ({options.ShedWatermark}), and that below 1.");
        }

        if (options.Launch.Args.FirstOrDefault(arg => arg.StartsWith("--proxy-server", StringComparison.Ordinal)) is { } proxy)
        {
            result.AddError($"Launch.Args contains {proxy}: passed as an argument, a proxy is bypassed for loopback addresses. "
                + "Set the proxy through the context profile instead.");
        }

        CheckKillAfter(options, result);
        return result.Build();
    }

    private static void CheckKillAfter(ContextPoolOptions options, ValidateOptionsResultBuilder result)
    {
        var kill = options.KillAfter;
        if (kill.Least < TimeSpan.FromSeconds(0.5) || kill.Most > TimeSpan.FromHours(1) || kill.Least > kill.Default || kill.Default > kill.Most)
        {
            result.AddError($"KillAfter must be 0.5 s <= Least ({kill.Least.TotalSeconds} s) <= Default ({kill.Default.TotalSeconds} s) "
                + $"<= Most ({kill.Most.TotalSeconds} s) <= 1 h.");
        }

        if (kill.Buffer < TimeSpan.Zero || kill.Buffer > TimeSpan.FromMinutes(1))
            result.AddError($"KillAfter.Buffer ({kill.Buffer.TotalSeconds} s) must be 0 to 60 s.");
        if (options.HeartbeatInterval > kill.Least / 2)
        {
            result.AddError($"{nameof(options.HeartbeatInterval)} ({options.HeartbeatInterval.TotalSeconds} s) must be at most half of "
                + $"KillAfter.Least ({kill.Least.TotalSeconds} s): a page must have been asked twice before it is taken for hung.");
        }
    }

    /// <summary>Throws with all mistakes listed; for pools that are made without a host.</summary>
    /// <exception cref="OptionsValidationException">At least one setting is wrong.</exception>
    internal static void ThrowIfInvalid(ContextPoolOptions options)
    {
        var result = new ContextPoolOptionsValidator().Validate(name: null, options);
        if (result.Failed)
            throw new OptionsValidationException(nameof(ContextPoolOptions), typeof(ContextPoolOptions), result.Failures);
    }
}
