using System.Security;
using BrowserFarm.Jobs;
using Quartz;

namespace BrowserFarm.Scheduling;

/// <summary>The due times of a recurrence: a cron expression read by the clock of a time zone.</summary>
/// <remarks>
/// <para>
/// Five fields as in crontab(5): minute, hour, day of month, month, day of week (0 and 7 are Sunday); <c>*</c>, lists, ranges, steps and English names; when
/// both days are given either will do. Also <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c>, and Quartz's <c>L</c>, <c>W</c>, <c>#</c>.
/// </para>
/// <para>
/// When the zone's clock is put forward, what was due in the hour that does not exist is due once, at its end. When it is put back, a time of day
/// (<c>30 2 * * *</c>) is due at its first passing only; what is due in every hour, or in steps (<c>*/30 * * * *</c>), is due in both.
/// </para>
/// <para>Source: Quartz.NET's <c>CronExpression</c> with <c>CronFormat.Unix</c>; its behaviour at clock changes is held by CronTimesTests.</para>
/// </remarks>
public sealed class CronTimes
{
    private readonly CronExpression _expression;

    private CronTimes(CronExpression expression) => _expression = expression;

    /// <summary>By whose clock the expression is read.</summary>
    public TimeZoneInfo TimeZone => _expression.TimeZone;

    /// <summary>Reads a recurrence.</summary>
    /// <param name="now">From when on it must be due at least once.</param>
    /// <exception cref="FormatException">The expression or the zone cannot be read, or it is never due; the message tells the text found and what is legal.</exception>
    public static CronTimes Parse(Recurrence recurrence, DateTimeOffset now)
    {
        var zone = ZoneOf(recurrence.TimeZone);
        CronExpression expression;
        try
        {
            expression = CronExpression.Parse(recurrence.Cron, CronFormat.Unix).WithTimeZone(zone);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            throw new FormatException($"The cron expression is '{recurrence.Cron}', {WhyNot(recurrence.Cron, exception)}", exception);
        }

        var times = new CronTimes(expression);
        return times.NextAfter(now) < Never
            ? times
            : throw new FormatException($"The cron expression is '{recurrence.Cron}', but no such day ever comes.");
    }

    /// <summary>The first due time after an instant; <see cref="Never"/> when there is none.</summary>
    public DateTimeOffset NextAfter(DateTimeOffset time) => _expression.GetNextValidTimeAfter(time) ?? Never;

    /// <summary>Later than any due time.</summary>
    public static DateTimeOffset Never { get; } = DateTimeOffset.MaxValue.AddDays(-1);

    private static TimeZoneInfo ZoneOf(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException or ArgumentException or UnauthorizedAccessException or IOException)
        {
            throw new FormatException(
                $"The time zone is '{name}', but must be UTC or a name of the tz database that this system has, such as Europe/Berlin.", exception);
        }
    }

    /// <summary>What is legal, and of what the reader complained where that can be understood without its documentation.</summary>
    private static string WhyNot(string cron, Exception exception)
    {
        const string Legal = "but must be five fields: minute (0-59), hour (0-23), day of month (1-31), month (1-12), day of week (0-7), for example '0 3 * * 1-5'; or @hourly, @daily, @weekly, @monthly, @yearly";
        var count = cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return count != 5 ? $"{Legal}. It has {count}."
            : exception.Message.StartsWith("Illegal", StringComparison.Ordinal) ? $"{Legal}."
            : $"{Legal}. {exception.Message.TrimEnd('.')}.";
    }
}
