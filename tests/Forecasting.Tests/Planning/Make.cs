using Pylon.Forecasting.Planning;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Tests.Planning;

/// <summary>Series, jobs and plans with little to say.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Start = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static PlanSeries Series(ReadOnlySpan<long> values, TimeSpan? step = null) =>
        PlanSeries.TryCreate(Start, step ?? TimeSpan.FromHours(1), values, out var series, out var refusal) ? series : throw new InvalidOperationException(refusal.ToString());

    /// <summary>In gCO2/kWh.</summary>
    public static PlanSeries Carbon(params double[] grams) => Series(Array.ConvertAll(grams, one => SeriesScale.TryCarbon(one, out var scaled) ? scaled : throw new ArgumentOutOfRangeException(nameof(grams))));

    /// <summary>In GBP/MWh.</summary>
    public static PlanSeries Price(params double[] gbp) => Series(Array.ConvertAll(gbp, one => SeriesScale.TryPrice(one, out var scaled) ? scaled : throw new ArgumentOutOfRangeException(nameof(gbp))));

    /// <summary>Values from few different ones, so that there are ties.</summary>
    public static long[] Values(Random random, int count, int different = 40) => [.. Enumerable.Range(0, count).Select(_ => 100L * random.Next(different))];

    public static PlanRequest Job(PlanSeries carbon, int arrival, int duration, int? slack, PlanShape shape = PlanShape.Consecutive) => Job([new PlanZone("here", carbon)], arrival, duration, slack, shape);

    /// <summary>A kW in every step.</summary>
    public static PlanRequest Job(IReadOnlyList<PlanZone> zones, int arrival, int duration, int? slack, PlanShape shape = PlanShape.Consecutive) => new()
    {
        Zones = zones,
        Arrival = arrival,
        Duration = duration,
        Slack = slack,
        Shape = shape,
        Power = PowerProfile.Flat(duration, 1_000, zones[0].Carbon.Step),
    };

    public static PlanOption Best(PlanRequest request) => Assert.IsType<PlanResult.Planned>(Planner.Plan(request)).Best;

    public static PlanResult.Infeasible Infeasible(PlanRequest request) => Assert.IsType<PlanResult.Infeasible>(Planner.Plan(request));

    public static PlanRefusal Refusal(PlanRequest request) => Assert.IsType<PlanResult.Refused>(Planner.Plan(request)).Refusal;
}
