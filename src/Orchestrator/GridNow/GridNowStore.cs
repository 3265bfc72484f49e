using Npgsql;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Stress;
using Pylon.Postgres;

namespace Pylon.Orchestrator.GridNow;

/// <summary>The one row of grid_now, from which v_system_state and the synthetic world read.</summary>
internal sealed class GridNowStore(NpgsqlDataSource database, GridStress stress)
{
    // An answer that another instance has overtaken changes nothing.
    private const string Save =
        """
        INSERT INTO grid_now (window_start, window_end, carbon_intensity_gco2_kwh, carbon_intensity_source, demand_mw, demand_source,
            grid_stress_score, system_price_gbp_mwh, system_price_source, is_synthetic, as_of)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (is_one) DO UPDATE SET
            window_start = excluded.window_start, window_end = excluded.window_end,
            carbon_intensity_gco2_kwh = excluded.carbon_intensity_gco2_kwh, carbon_intensity_source = excluded.carbon_intensity_source,
            demand_mw = excluded.demand_mw, demand_source = excluded.demand_source, grid_stress_score = excluded.grid_stress_score,
            system_price_gbp_mwh = excluded.system_price_gbp_mwh, system_price_source = excluded.system_price_source,
            is_synthetic = excluded.is_synthetic, as_of = excluded.as_of
        WHERE grid_now.as_of < excluded.as_of
        """;

    private const string Stress = "SELECT grid_stress_score FROM grid_now WHERE window_end > $1";

    public Task SaveAsync(NationalGrid grid, DateTimeOffset asOf, CancellationToken cancellationToken) => database.ExecuteAsync(
        Save,
        cancellationToken,
        grid.Window.StartTime.ToDateTimeOffset(),
        grid.Window.EndTime.ToDateTimeOffset(),
        grid.CarbonIntensity?.Value,
        grid.CarbonIntensity?.Source,
        grid.Demand?.Value,
        grid.Demand?.Source,
        stress.Of(grid.Demand?.Value),
        grid.SystemPrice?.Value,
        grid.SystemPrice?.Source,
        grid.Synthetic,
        asOf);

    /// <summary>The stress of the half hour of <paramref name="now"/>; null when it is not known.</summary>
    public async Task<double?> StressAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command(Stress, now);
        return await command.ExecuteScalarAsync(cancellationToken) as double?;
    }
}
