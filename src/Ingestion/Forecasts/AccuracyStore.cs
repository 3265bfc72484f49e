using Npgsql;
using Pylon.Postgres;

namespace Pylon.Ingestion.Forecasts;

/// <summary>A line of the answer of GetForecastAccuracy.</summary>
/// <param name="FromHour">The first of 6 hours ahead, from 1.</param>
/// <param name="Coverage80">0 to 100; null without bands.</param>
/// <param name="NaiveError">The lower mean absolute error of the last day and the last week; null where these are not known.</param>
internal sealed record MeasuredAccuracy(
    int FromHour, string Model, long Pairs, double AbsoluteError, double Error, double SymmetricPercent, double? Coverage80, double? Coverage95, double? NaiveError);

/// <summary>The mean absolute error of a series over a horizon, for the metric.</summary>
internal sealed record HorizonError(string Series, int RegionKey, string Horizon, string Model, double AbsoluteError);

/// <summary>Every statement on forecast_accuracy and forecast_measurements.</summary>
internal sealed class AccuracyStore(NpgsqlDataSource dataSource)
{
    private const string ReadMeasured = "SELECT measured_hour FROM forecast_measurements WHERE series = $1 AND region_id = $2";

    // No row when another instance has measured this hour; it waits for one that is about to.
    private const string Claim =
        """
        INSERT INTO forecast_measurements AS m (series, region_id, measured_hour) VALUES ($1, $2, $3)
        ON CONFLICT (series, region_id) DO UPDATE SET measured_hour = excluded.measured_hour WHERE m.measured_hour < excluded.measured_hour
        """;

    // Whole days, counted anew: the same again changes nothing.
    private const string Upsert =
        """
        INSERT INTO forecast_accuracy (series, region_id, day, from_hour, model, pairs, absolute_error, error, symmetric_error,
            banded_80, inside_80, banded_95, inside_95, naive_pairs, last_day_error, last_week_error)
        SELECT $1, $2, * FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        ON CONFLICT (series, region_id, day, from_hour, model) DO UPDATE SET
            (pairs, absolute_error, error, symmetric_error, banded_80, inside_80, banded_95, inside_95, naive_pairs, last_day_error, last_week_error)
            = (excluded.pairs, excluded.absolute_error, excluded.error, excluded.symmetric_error, excluded.banded_80, excluded.inside_80,
               excluded.banded_95, excluded.inside_95, excluded.naive_pairs, excluded.last_day_error, excluded.last_week_error)
        """;

    private const string Select =
        """
        SELECT from_hour, model, sum(pairs), sum(absolute_error) / sum(pairs), sum(error) / sum(pairs), 100 * sum(symmetric_error) / sum(pairs),
               100.0 * sum(inside_80) / nullif(sum(banded_80), 0), 100.0 * sum(inside_95) / nullif(sum(banded_95), 0),
               least(sum(last_day_error), sum(last_week_error)) / nullif(sum(naive_pairs), 0)
        FROM forecast_accuracy WHERE series = $1 AND region_id = $2 AND day >= $3
        GROUP BY from_hour, model ORDER BY from_hour, model
        """;

    private const string ByHorizon =
        """
        SELECT series, region_id, horizon, model, sum(absolute_error) / sum(pairs)
        FROM forecast_accuracy CROSS JOIN LATERAL (
            SELECT CASE WHEN from_hour <= 24 THEN '1-24' WHEN from_hour <= 48 THEN '25-48' ELSE '49-168' END) AS ahead (horizon)
        WHERE day >= $1
        GROUP BY series, region_id, horizon, model
        """;

    private const string DeleteOld =
        "DELETE FROM forecast_accuracy WHERE ctid = ANY (ARRAY(SELECT ctid FROM forecast_accuracy WHERE day < $1 ORDER BY day LIMIT $2))";

    /// <summary>The hour of the last measurement; null before the first.</summary>
    public async Task<DateTimeOffset?> MeasuredAsync(ForecastTarget target, CancellationToken cancellationToken)
    {
        await using var command = dataSource.Command(ReadMeasured, target.Series.Name, target.RegionKey);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime hour ? new DateTimeOffset(hour) : null;
    }

    /// <summary>Stores a measurement; false when this hour, or a later one, is measured already.</summary>
    public Task<bool> StoreAsync(ForecastTarget target, DateTimeOffset hour, IReadOnlyCollection<AccuracySums> sums, CancellationToken cancellationToken) =>
        dataSource.ChangeAsync(
            Sql.Statement(Claim, target.Series.Name, target.RegionKey, hour),
            sums.Count == 0 ? [] : [Sql.Statement(
                Upsert, target.Series.Name, target.RegionKey, sums.Select(s => s.Day).ToArray(), sums.Select(s => (short)s.FromHour).ToArray(),
                sums.Select(s => s.Model).ToArray(), sums.Select(s => s.Pairs).ToArray(), sums.Select(s => s.AbsoluteError).ToArray(), sums.Select(s => s.Error).ToArray(),
                sums.Select(s => s.SymmetricError).ToArray(), sums.Select(s => s.Banded80).ToArray(), sums.Select(s => s.Inside80).ToArray(),
                sums.Select(s => s.Banded95).ToArray(), sums.Select(s => s.Inside95).ToArray(), sums.Select(s => s.NaivePairs).ToArray(),
                sums.Select(s => s.LastDayError).ToArray(), sums.Select(s => s.LastWeekError).ToArray())],
            cancellationToken);

    /// <summary>By hours ahead and model, over the days from the given one on.</summary>
    public Task<List<MeasuredAccuracy>> ReadAsync(ForecastTarget target, DateOnly from, CancellationToken cancellationToken) =>
        dataSource.Command(Select, target.Series.Name, target.RegionKey, from).ListAsync(
            reader => new MeasuredAccuracy(
                reader.GetInt16(0), reader.GetString(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5),
                Percent(reader, 6), Percent(reader, 7), reader.IsDBNull(8) ? null : reader.GetDouble(8)),
            cancellationToken);

    /// <summary>Of every series, over the days from the given one on.</summary>
    public Task<List<HorizonError>> ReadByHorizonAsync(DateOnly from, CancellationToken cancellationToken) => dataSource.Command(ByHorizon, from).ListAsync(
        reader => new HorizonError(reader.GetString(0), reader.GetInt16(1), reader.GetString(2), reader.GetString(3), reader.GetDouble(4)), cancellationToken);

    /// <summary>Deletes some of the days before the given one, the oldest first; returns how many rows.</summary>
    public Task<int> DeleteOldAsync(DateOnly before, int limit, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(DeleteOld, cancellationToken, before, limit);

    private static double? Percent(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : (double)reader.GetDecimal(column);
}
