using Npgsql;
using Pylon.Insights.Baselines;
using Pylon.Postgres;

namespace Pylon.Insights.Freezing;

/// <summary>Makes the baseline that an approval freezes, from the hours before it by the rule of the hotspots.</summary>
internal sealed class BaselineFreezer(NpgsqlDataSource database)
{
    private const string Rows =
        """
        SELECT hour, activity, co2_kg, output FROM hourly_rollups
        WHERE entity_ref = $1 AND hour >= $2 AND hour < $3
        ORDER BY hour
        """;

    private const string TimeZone = "SELECT time_zone FROM entities WHERE entity_ref = $1";

    // The days whose factors are frozen.
    private static readonly TimeSpan Period = TimeSpan.FromDays(28);

    /// <param name="entityRef">The entity.</param>
    /// <param name="at">The approval; hours that end later are not in it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<FrozenBaseline> FreezeAsync(long entityRef, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var end = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        var from = end.AddDays(-7 * EntityHistory.WeeksBack);
        await using var zone = database.Command(TimeZone, entityRef);
        var timeZone = (string?)await zone.ExecuteScalarAsync(cancellationToken) ?? HourOfWeek.Utc;
        var rows = await database.Command(Rows, entityRef, Sql.Time(from), Sql.Time(end)).ListAsync(
            row => new ActivityHour(row.GetFieldValue<DateTimeOffset>(0), row.GetDouble(1), row.GetDouble(2)) { Output = row.GetDouble(3) },
            cancellationToken);
        return Of(rows, timeZone, end);
    }

    /// <summary>The same, of rows that are read.</summary>
    public static FrozenBaseline Of(IReadOnlyList<ActivityHour> rows, string timeZone, DateTimeOffset end)
    {
        var hours = new EntityHistory(rows, timeZone).Next()
            .Where(next => next.Baseline.Samples >= 2)
            .Select(next => new FrozenHour(next.HourOfWeek, next.Baseline.Expected, next.Baseline.Samples));
        var last = rows.Where(row => row.Hour >= end - Period).ToList();
        var withOutput = last.Where(row => row.Output > 0).ToList();
        return new FrozenBaseline(
            [.. hours], Ratio(last.Sum(row => row.Kg), last.Sum(row => row.Activity)), Ratio(withOutput.Sum(row => row.Activity), withOutput.Sum(row => row.Output)));
    }

    private static double? Ratio(double of, double by) => by > 0 ? of / by : null;
}
