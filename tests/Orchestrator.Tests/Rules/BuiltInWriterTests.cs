using Pylon.Common.V1;
using Pylon.Orchestrator.Summaries;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class BuiltInWriterTests
{
    private static readonly WorkloadRecord Workload = new() { Id = Guid.Empty, Name = "night batch" };

    [Fact]
    public void SummaryStatesTheFactsOfTheThreeOptions()
    {
        var booked = new Recommendation
        {
            Rank = 1,
            GridZoneCode = "NC-1",
            ZoneName = "Harbour-East",
            RenewableMixPercent = 88,
            CarbonIntensityGco2Kwh = 42,
            Score = 83.8,
            Window = RankingTests.Window(-2, 2),
            Price = new Price { Value = 0.104, Currency = "GBP", Unit = "per_kWh" },
            BookingState = BookingState.Confirmed,
            OrderId = "order-7",
            Source = RecommendationSource.Beckn,
            ZoneMatch = ZoneMatch.Code,
        };
        var silent = new Recommendation { Rank = 2, Locality = "Leeds", RenewableMixPercent = 70.25, Score = -29.75, WindowExpired = true, ZoneMatch = ZoneMatch.Locality };
        var grid = new Recommendation { Rank = 3, ZoneName = "South Wales", RenewableMixPercent = 40, CarbonIntensityGco2Kwh = 200, Score = 20, Source = RecommendationSource.Grid, Synthetic = true };
        Assert.Equal(
            """
            Three grid zones are on offer for workload 'night batch'. Harbour-East [NC-1] ranks first and was booked under order order-7 (DISCOVER, SELECT, INIT and CONFIRM were answered).
            1. Harbour-East [NC-1]: 88 % renewable, 42 gCO2/kWh, score 83.8, 2026-03-04 10:00 to 2026-03-04 14:00 UTC, 0.104 GBP per kWh.
            2. Leeds: 70.3 % renewable, carbon intensity not given, score -29.75 (zone found by locality only, the window is over).
            3. South Wales: 40 % renewable, 200 gCO2/kWh, score 20.0 (from regional grid data, synthetic values).
            """,
            BuiltInWriter.Write(Workload, new OfferFacts([booked, silent, grid], [], [], "")));
    }

    [Fact]
    public void BookingThatDoesNotExistIsNotClaimed()
    {
        var text = BuiltInWriter.Write(Workload, new OfferFacts([new Recommendation { Rank = 1, ZoneName = "South Wales", Source = RecommendationSource.Grid }], [], [], ""));
        Assert.Contains("no provider holds a booking", text, StringComparison.Ordinal);
        Assert.DoesNotContain("CONFIRM", text, StringComparison.Ordinal);
    }

    [Fact]
    public void SummaryStatesTheConstraintsWhatTheJobTakesAndWhatWasLeftOut()
    {
        var option = new Recommendation
        {
            Rank = 1,
            ZoneName = "South Wales",
            Source = RecommendationSource.Beckn,
            BookingState = BookingState.Confirmed,
            EnergyKwh = 16.1,
            EnergyBasis = EnergyBasis.GpuMinutes,
            ExpectedPriceGbp = 0.68425,
            ExpectedGco2 = 724.5,
        };
        var text = BuiltInWriter.Write(Workload, new OfferFacts([option], ["it tells no price", "it tells no price"], ["max_price_gbp 5 GBP"], "cost priority 0.5"));
        Assert.Contains(", assumed 16.1 kWh in all, 0.6843 GBP, 724.5 gCO2.", text, StringComparison.Ordinal);
        Assert.EndsWith(
            """
            They satisfy: max_price_gbp 5 GBP.
            Their order follows the user's preferences: cost priority 0.5.
            Left out of the catalogue: 2 item(s), because it tells no price.
            """,
            text,
            StringComparison.Ordinal);
    }
}
