using Npgsql;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Zones;
using Pylon.Postgres;

namespace Pylon.Ingestion.Regional;

/// <summary>Every statement on the regional grid's tables.</summary>
internal sealed class RegionalStore(NpgsqlDataSource dataSource)
{
    private const string ReadBands =
        "SELECT year, low_from, moderate_from, high_from, very_high_from FROM carbon_index_bands";

    // By name and first, as every writer of the series does: who holds one of the tables waits for none of the others. The
    // instances take turns, and the second one finds nothing missing.
    private const string LockTables = "LOCK TABLE carbon_intensity_regional, generation_mix_regional IN SHARE ROW EXCLUSIVE MODE";

    private const string EnsureMonths =
        """
        SELECT ensure_month(parent, month)
        FROM unnest(ARRAY['carbon_intensity_regional', 'generation_mix_regional']) AS parent CROSS JOIN unnest($1) AS month
        """;

    // Only where no source has given a value: a synthetic value is never stored beside a real one.
    private const string FillMissing =
        """
        WITH filled AS (
            INSERT INTO carbon_intensity_regional
                (region_id, window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
            SELECT v.region_id, v.window_start, v.window_start + interval '30 minutes', v.intensity, v.index, $9, $10
            FROM unnest($1, $2, $3, $4) AS v (region_id, window_start, intensity, index)
            WHERE NOT EXISTS (
                SELECT FROM carbon_intensity_regional c
                WHERE c.region_id = v.region_id AND c.window_start = v.window_start)
            RETURNING region_id, window_start),
        mixed AS (
            INSERT INTO generation_mix_regional (region_id, window_start, fuel, percent, source, captured_at)
            SELECT region_id, window_start, m.fuel, m.percent, $9, $10
            FROM unnest($5, $6, $7, $8) AS m (region_id, window_start, fuel, percent)
            JOIN filled USING (region_id, window_start))
        SELECT count(*) FROM filled
        """;

    // A real value has priority over a synthetic one of any age, an actual over a forecast, a value of the source
    // over an imported one; among equals the latest capture counts. The mix is the latest of the same source.
    internal const string ReadLatest =
        """
        SELECT r.region_id, r.short_name, r.dno_region,
               c.window_start, c.window_end, coalesce(c.actual_gco2_kwh, c.forecast_gco2_kwh)::float8, c.index, c.source, c.captured_at,
               m.fuels, m.percents,
               z.id, z.grid_zone_code, z.zone_name, z.locality, z.region, z.country
        FROM regions r
        CROSS JOIN LATERAL (
            SELECT * FROM carbon_intensity_regional
            WHERE region_id = r.region_id AND window_start > $1 - interval '30 minutes' AND window_start <= $1
            ORDER BY source = $2, window_start DESC, actual_gco2_kwh IS NULL, source LIKE 'import:%', captured_at DESC
            LIMIT 1) c
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(fuel ORDER BY fuel), '{}') AS fuels, coalesce(array_agg(percent ORDER BY fuel), '{}') AS percents
            FROM (
                SELECT fuel, percent, captured_at = max(captured_at) OVER () AS latest
                FROM generation_mix_regional
                WHERE region_id = r.region_id AND window_start = c.window_start AND source = c.source
                  AND window_start > $1 - interval '30 minutes' AND window_start <= $1) captures
            WHERE latest) m
        LEFT JOIN grid_zones z ON z.region_id = r.region_id AND z.source = $3
        WHERE r.region_id = ANY ($4)
        ORDER BY r.region_id
        """;

    public async Task<CarbonIndex> ReadIndexAsync(CancellationToken cancellationToken)
    {
        var bands = await dataSource.Command(ReadBands).ListAsync(
            reader => new CarbonIndexBand(reader.GetInt16(0), reader.GetInt16(1), reader.GetInt16(2), reader.GetInt16(3), reader.GetInt16(4)), cancellationToken);
        return new CarbonIndex(bands);
    }

    /// <summary>Stores the synthetic windows that are not there yet; returns how many.</summary>
    public async Task<long> FillAsync(IReadOnlyList<RegionalWindow> windows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var mix = windows.SelectMany(w => w.Mix.Select(f => (w.RegionId, w.Start, f.Fuel, f.Percent))).ToList();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var months = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Sql.Statement(LockTables),
                Sql.Statement(EnsureMonths, (object)windows.Select(w => Month.Of(w.Start)).Distinct().ToArray()),
            },
        })
        {
            await months.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = new NpgsqlCommand(FillMissing, connection, transaction);
        command.Parameters.AddWithValue(windows.Select(w => (short)w.RegionId).ToArray());
        command.Parameters.AddWithValue(windows.Select(w => w.Start).ToArray());
        command.Parameters.AddWithValue(windows.Select(w => (decimal)w.IntensityGco2Kwh).ToArray());
        command.Parameters.AddWithValue(windows.Select(w => w.Index).ToArray());
        command.Parameters.AddWithValue(mix.Select(m => (short)m.RegionId).ToArray());
        command.Parameters.AddWithValue(mix.Select(m => m.Start).ToArray());
        command.Parameters.AddWithValue(mix.Select(m => m.Fuel).ToArray());
        command.Parameters.AddWithValue(mix.Select(m => m.Percent).ToArray());
        command.Parameters.AddWithValue(SyntheticGrid.Source);
        command.Parameters.AddWithValue(now);
        var filled = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return filled;
    }

    /// <summary>The state in the half hour that contains <paramref name="now"/>, by region_id.</summary>
    public Task<List<RegionalState>> LatestAsync(DateTimeOffset now, IReadOnlyList<int> regionIds, CancellationToken cancellationToken) =>
        dataSource.Command(ReadLatest, now.ToUniversalTime(), SyntheticGrid.Source, Zone.Shipped, regionIds.Select(id => (short)id).ToArray())
            .ListAsync(ReadState, cancellationToken);

    private static RegionalState ReadState(NpgsqlDataReader reader)
    {
        int id = reader.GetInt16(0);
        var fuels = reader.GetFieldValue<string[]>(9);
        var percents = reader.GetFieldValue<decimal[]>(10);
        var zone = reader.IsDBNull(11)
            ? null
            : new Zone(reader.GetGuid(11), Text(12), Text(13), Text(14), Text(15), Text(16), id, Zone.Shipped);
        return new RegionalState(
            id, reader.GetString(1), reader.GetString(2),
            reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4),
            reader.GetDouble(5), reader.GetString(6), reader.GetString(7), reader.GetFieldValue<DateTimeOffset>(8),
            [.. fuels.Zip(percents, (fuel, percent) => new FuelPercent(fuel, percent))],
            zone);

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
