using Npgsql;
using Pylon.Ingestion.Settlement;
using Pylon.Postgres;

namespace Pylon.Ingestion.Regional;

/// <summary>Great Britain in one half hour, synthetic.</summary>
internal sealed record NationalWindow(DateTimeOffset Start, int IntensityGco2Kwh, string Index, IReadOnlyList<FuelPercent> Mix, int DemandMw, decimal PriceGbpMwh)
{
    private const int GreatBritain = 18;

    /// <summary>The given number of half hours from <paramref name="first"/> on.</summary>
    public static IReadOnlyList<NationalWindow> Synthetic(DateTimeOffset first, int count, CarbonIndex index) =>
    [
        .. from n in Enumerable.Range(0, count)
           let start = first + (n * HalfHour.Length)
           let mix = SyntheticGrid.Mix(GreatBritain, start)
           let intensity = GenerationMix.Intensity(mix)
           select new NationalWindow(
               start, intensity, index.NameOf(start.Year, intensity), mix, SyntheticGrid.DemandMw(start), SyntheticGrid.PriceGbpMwh(mix)),
    ];
}

/// <summary>Fills the half hours of Great Britain that no source has given: each series by itself, as each has a source of its own.</summary>
internal sealed class NationalFill(NpgsqlDataSource dataSource)
{
    // By name and first, as every writer of the series does: who holds one of the tables waits for none of the others.
    private const string LockTables =
        "LOCK TABLE carbon_intensity_national, demand_forecast_national, generation_mix_national, wholesale_prices IN SHARE ROW EXCLUSIVE MODE";

    private const string EnsureMonths =
        """
        SELECT ensure_month(parent, month)
        FROM unnest(ARRAY['carbon_intensity_national', 'demand_forecast_national', 'generation_mix_national', 'wholesale_prices']) AS parent
        CROSS JOIN unnest($1) AS month
        """;

    // Two instances that fill at the same time insert the same rows.
    private const string FillMissing =
        """
        WITH windows AS (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) AS v (window_start, intensity, index, demand, price, settlement_date, settlement_period)),
        intensities AS (
            INSERT INTO carbon_intensity_national (window_start, window_end, forecast_gco2_kwh, index, source, captured_at)
            SELECT window_start, window_start + interval '30 minutes', intensity, index, $11, $12 FROM windows w
            WHERE NOT EXISTS (SELECT FROM carbon_intensity_national t WHERE t.window_start = w.window_start)
            ON CONFLICT DO NOTHING RETURNING 1),
        mixes AS (
            INSERT INTO generation_mix_national (window_start, fuel, percent, source, captured_at)
            SELECT window_start, fuel, percent, $11, $12 FROM unnest($8, $9, $10) AS m (window_start, fuel, percent)
            WHERE NOT EXISTS (SELECT FROM generation_mix_national t WHERE t.window_start = m.window_start)
            ON CONFLICT DO NOTHING),
        demands AS (
            INSERT INTO demand_forecast_national (window_start, window_end, settlement_date, settlement_period, demand_mw, source, captured_at)
            SELECT window_start, window_start + interval '30 minutes', settlement_date, settlement_period, demand, $11, $12 FROM windows w
            WHERE NOT EXISTS (SELECT FROM demand_forecast_national t WHERE t.window_start = w.window_start AND t.cardinal_point = '')
            ON CONFLICT DO NOTHING),
        prices AS (
            INSERT INTO wholesale_prices (window_start, window_end, settlement_date, settlement_period, price_type, price_gbp_mwh, source, captured_at)
            SELECT window_start, window_start + interval '30 minutes', settlement_date, settlement_period, 'system', price, $11, $12 FROM windows w
            WHERE NOT EXISTS (SELECT FROM wholesale_prices t WHERE t.window_start = w.window_start AND t.price_type = 'system')
            ON CONFLICT DO NOTHING)
        SELECT count(*) FROM intensities
        """;

    public async Task FillAsync(IReadOnlyList<NationalWindow> windows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Sql.Statement(LockTables),
                Sql.Statement(EnsureMonths, (object)windows.Select(w => Month.Of(w.Start)).Distinct().ToArray()),
                Fill(windows, now),
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Fill(IReadOnlyList<NationalWindow> windows, DateTimeOffset now)
    {
        var mix = windows.SelectMany(w => w.Mix.Select(f => (w.Start, f.Fuel, f.Percent))).ToList();
        var periods = windows.Select(w => SettlementPeriod.Containing(w.Start)).ToList();
        return Sql.Statement(
            FillMissing,
            windows.Select(w => w.Start).ToArray(),
            windows.Select(w => (decimal)w.IntensityGco2Kwh).ToArray(),
            windows.Select(w => w.Index).ToArray(),
            windows.Select(w => (decimal)w.DemandMw).ToArray(),
            windows.Select(w => w.PriceGbpMwh).ToArray(),
            periods.Select(p => p.Date).ToArray(),
            periods.Select(p => (short)p.Number).ToArray(),
            mix.Select(m => m.Start).ToArray(),
            mix.Select(m => m.Fuel).ToArray(),
            mix.Select(m => m.Percent).ToArray(),
            SyntheticGrid.Source,
            now);
    }
}
