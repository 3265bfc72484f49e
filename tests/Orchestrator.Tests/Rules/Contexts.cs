using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Contexts;
using Pylon.Orchestrator.Stress;

namespace Pylon.Orchestrator.Tests.Rules;

/// <summary>Decision contexts for tests of rules.</summary>
internal static class Contexts
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly ContextTask Task = new()
    {
        WorkloadId = new Guid("11111111-0000-7000-8000-000000000001"),
        JobId = "JOB-12345",
        WorkloadType = "TRAINING_RUN",
        Urgency = "MEDIUM",
        Status = "queued",
        RequiredGpuMins = 1200,
        CreatedAt = Now.UtcDateTime,
        Source = "user",
    };

    /// <summary>The data centre of the seed's example.</summary>
    public static readonly DataCentre Edinburgh = new()
    {
        Id = new Guid("22222222-0000-7000-8000-000000000001"),
        DcId = "DC-001",
        Name = "Edinburgh Green DC",
        LocationRegion = "South Scotland",
        RegionId = 2,
        Pue = 1.15,
        TotalCapacityTeraflops = 500,
        CurrentLoadPercentage = 45,
        FlexibilityRating = .8,
        Status = "ACTIVE",
        Source = "user",
    };

    /// <summary>The grid of the seed's example: 45 gCO2/kWh in region 2, a stress of 0.3, 42.50 GBP/MWh.</summary>
    public static GridReading Grid(params (int Region, double Intensity)[] regions) => new(
        Now,
        new NationalGrid
        {
            Window = Window(0),
            CarbonIntensity = Point(0, 110),
            Demand = Point(0, 27_500),
            SystemPrice = Point(-1, 42.5),
            GenerationMix = { new FuelShare { Fuel = "wind", Percent = 40 }, new FuelShare { Fuel = "gas", Percent = 60 } },
        },
        [.. (regions.Length > 0 ? regions : [(2, 45), (1, 60), (16, 10)]).Select(r => new RegionalGrid
        {
            RegionId = r.Region,
            RegionName = r.Region == 2 ? "South Scotland" : $"Region {r.Region}",
            Window = Window(0),
            CarbonIntensityGco2Kwh = r.Intensity,
            CarbonIndex = "very low",
            Source = "carbon-intensity",
            CapturedAt = Now.AddMinutes(-12).ToTimestamp(),
            GenerationMix =
            {
                new FuelShare { Fuel = "wind", Percent = 65 }, new FuelShare { Fuel = "solar", Percent = 5 }, new FuelShare { Fuel = "gas", Percent = 10 },
                new FuelShare { Fuel = "nuclear", Percent = 15 }, new FuelShare { Fuel = "hydro", Percent = 3.2 }, new FuelShare { Fuel = "imports", Percent = 1.8 },
            },
        })],
        [.. Enumerable.Range(0, 20).Select(n => Point(n, 100 + n))],
        [.. Enumerable.Range(0, 4).Select(n => Point(n, 32_500))]);

    public static ContextDocument Build(ContextTask? task = null, GridReading? grid = null, params DataCentre[] centres) => ContextBuilder.Build(
        new Guid("33333333-0000-7000-8000-000000000001"), 1, task ?? Task, grid ?? Grid(), centres, 0, new GridStress(20_000, 45_000));

    private static Window Window(int halfHour) => new() { StartTime = Now.AddMinutes(30 * halfHour).ToTimestamp(), EndTime = Now.AddMinutes(30 * (halfHour + 1)).ToTimestamp() };

    private static GridPoint Point(int halfHour, double value) => new()
    {
        Window = Window(halfHour),
        Value = value,
        Source = "carbon-intensity",
        SettlementPeriod = 25 + halfHour,
        CapturedAt = Now.AddMinutes(-5).ToTimestamp(),
    };
}
