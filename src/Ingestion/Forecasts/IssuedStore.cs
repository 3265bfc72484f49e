using Npgsql;
using Pylon.Postgres;

namespace Pylon.Ingestion.Forecasts;

/// <summary>Every statement on issued_forecasts.</summary>
internal sealed class IssuedStore(NpgsqlDataSource dataSource)
{
    /// <summary>How long a forecast is kept: 42 days of origins, each with the 7 days after it.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(49);

    // $5 is empty for every model.
    private const string Select =
        """
        SELECT origin, model, hourly_values, half_width_80, half_width_95 FROM issued_forecasts
        WHERE series = $1 AND region_id = $2 AND origin >= $3 AND origin < $4 AND ($5 = '' OR model = $5)
        ORDER BY origin, model
        """;

    private const string Origins = "SELECT DISTINCT origin FROM issued_forecasts WHERE series = $1 AND region_id = $2 AND origin = ANY ($3)";

    // The first one stays: another instance may have been as fast.
    private const string Insert =
        """
        INSERT INTO issued_forecasts (series, region_id, origin, model, hourly_values, half_width_80, half_width_95)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """;

    private const string DeleteOld =
        """
        DELETE FROM issued_forecasts WHERE ctid = ANY (ARRAY(SELECT ctid FROM issued_forecasts WHERE origin < $1 ORDER BY origin LIMIT $2))
        """;

    /// <summary>With an origin in the span, by origin.</summary>
    /// <param name="target">What is forecast.</param>
    /// <param name="from">Included.</param>
    /// <param name="to">Not included.</param>
    /// <param name="model">Empty for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<List<IssuedForecast>> ReadAsync(ForecastTarget target, DateTimeOffset from, DateTimeOffset to, string model, CancellationToken cancellationToken) =>
        dataSource.Command(Select, target.Series.Name, target.RegionKey, from, to, model).ListAsync(
            reader => new IssuedForecast(
                reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1), reader.GetFieldValue<float?[]>(2), reader.GetFieldValue<float?[]>(3),
                reader.GetFieldValue<float?[]>(4)),
            cancellationToken);

    /// <summary>Those of the given origins that have a forecast.</summary>
    public Task<List<DateTimeOffset>> OriginsAsync(ForecastTarget target, IReadOnlyList<DateTimeOffset> of, CancellationToken cancellationToken) =>
        dataSource.Command(Origins, target.Series.Name, target.RegionKey, of.ToArray()).ListAsync(reader => reader.GetFieldValue<DateTimeOffset>(0), cancellationToken);

    /// <summary>Stores the forecasts of one origin: all or none.</summary>
    public async Task StoreAsync(ForecastTarget target, IReadOnlyList<IssuedForecast> forecasts, CancellationToken cancellationToken)
    {
        if (forecasts.Count == 0)
            return;
        await using var batch = dataSource.CreateBatch();
        foreach (var one in forecasts)
        {
            batch.BatchCommands.Add(Sql.Statement(
                Insert, target.Series.Name, target.RegionKey, one.Origin, one.Model, one.Values.ToArray(), one.HalfWidth80.ToArray(), one.HalfWidth95.ToArray()));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes some of those before the time, the oldest first; returns how many.</summary>
    public Task<int> DeleteOldAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(DeleteOld, cancellationToken, before, limit);
}
