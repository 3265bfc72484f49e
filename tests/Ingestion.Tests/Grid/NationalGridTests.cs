using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Tests.Grid;

public sealed class NationalGridTests
{
    [Fact]
    public async Task WithoutAnySourceEveryValueIsThereAndMarkedSynthetic()
    {
        await using var service = await IngestionService.StartAsync();

        var grid = (await service.Grid.GetNationalGridAsync(new GetNationalGridRequest())).Grid;

        Assert.True(grid.Synthetic);
        Assert.Equal("synthetic", grid.GenerationMixSource);
        Assert.All([grid.CarbonIntensity, grid.Demand, grid.SystemPrice], p => Assert.True(p is { Synthetic: true, Actual: false, Source: "synthetic" }));
        Assert.Equal(100, grid.GenerationMix.Sum(f => f.Percent), 6);
        Assert.Equal(("2026-03-04", 21), (grid.Demand.SettlementDate, grid.Demand.SettlementPeriod));
    }

    [Fact]
    public async Task RealValuesComeFirstAndTheOthersAreMarkedSynthetic()
    {
        await using var service = await IngestionService.StartAsync();

        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.carbon_intensity_national (window_start, window_end, forecast_gco2_kwh, index, source, captured_at) VALUES
                ('2026-03-04T10:00Z', '2026-03-04T10:30Z', 111, 'moderate', 'carbon-intensity', '2026-03-04T09:00Z'),
                ('2026-03-04T10:00Z', '2026-03-04T10:30Z', 99, 'moderate', 'carbon-intensity', '2026-03-04T10:01Z');
            INSERT INTO ingestion.wholesale_prices (window_start, window_end, settlement_date, settlement_period, price_type, price_gbp_mwh, source, captured_at) VALUES
                ('2026-03-04T09:00Z', '2026-03-04T09:30Z', '2026-03-04', 19, 'system', -12.5, 'elexon', '2026-03-04T10:00Z');
            INSERT INTO ingestion.generation_mix_national (window_start, fuel, percent, source, captured_at) VALUES
                ('2026-03-04T09:00Z', 'wind', 100, 'carbon-intensity', '2026-03-04T09:35Z')
            """);
        var grid = (await service.Grid.GetNationalGridAsync(new GetNationalGridRequest())).Grid;

        Assert.Equal((99, "carbon-intensity", false, false), (grid.CarbonIntensity.Value, grid.CarbonIntensity.Source, grid.CarbonIntensity.Synthetic, grid.CarbonIntensity.Actual));
        Assert.Equal((-12.5, "elexon", true, 19), (grid.SystemPrice.Value, grid.SystemPrice.Source, grid.SystemPrice.Actual, grid.SystemPrice.SettlementPeriod));
        Assert.True(grid.Demand.Synthetic && grid.Synthetic);
        Assert.Equal(("carbon-intensity", 100), (grid.GenerationMixSource, grid.RenewableMixPercent));
    }
}
