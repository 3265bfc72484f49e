using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>A place with its series on the step of the plan.</summary>
internal sealed record Place(PlanZone Zone, PreparedSeries Carbon, PreparedSeries? Price)
{
    public string Name => Zone.Id;
}

/// <summary>The places of a call, all on the same steps.</summary>
/// <param name="All">In the order of the request.</param>
/// <param name="Start">Of step 0; null when the series have no times.</param>
/// <param name="Step">Of the plan.</param>
/// <param name="Now">When stored values or forecasts were read; null when the caller gave all values, whose time may be another.</param>
internal sealed record Places(IReadOnlyList<Place> All, DateTimeOffset? Start, TimeSpan Step, DateTimeOffset? Now = null)
{
    /// <summary>Steps for which every series has a value.</summary>
    public int Count { get; } = StepsOf(All);

    public bool HavePrices { get; } = All.All(place => place.Price is not null);

    /// <summary>For the planner, with the steps that every series has: it takes no price, and no gap that was not looked for, from beyond them.</summary>
    public IReadOnlyList<PlanZone> Zones { get; } = Cut(All, StepsOf(All));

    public Place Named(string name) => All.First(place => place.Name == name);

    /// <summary>The first step that starts at this time or later, also beyond the series.</summary>
    public int FirstStepFrom(Timestamp time, string field) => Clamp((Since(time, field).Ticks + Step.Ticks - 1) / Step.Ticks);

    /// <summary>How many steps have ended at this time, also beyond the series.</summary>
    public int StepsUntil(Timestamp time, string field) => Clamp(Since(time, field).Ticks / Step.Ticks);

    /// <summary>Whole steps of a time.</summary>
    public int WholeSteps(Duration length, string field) => WholeSteps(Times.Length(length, field));

    public int WholeSteps(TimeSpan length) => Clamp(length.Ticks / Step.Ticks);

    public Window? WindowOf(int first, int end) => Start is { } start
        ? new Window { StartTime = (start + (first * Step)).ToTimestamp(), EndTime = (start + (end * Step)).ToTimestamp() }
        : null;

    /// <summary>Only one of them.</summary>
    public Places Only(Place place) => new([place], Start, Step, Now);

    private static int StepsOf(IReadOnlyList<Place> all) =>
        all.SelectMany(place => new[] { place.Carbon, place.Price }).OfType<PreparedSeries>().Min(series => series.Series.Count);

    private static IReadOnlyList<PlanZone> Cut(IReadOnlyList<Place> all, int steps) =>
        [.. all.Select(place => place.Zone with { Carbon = place.Zone.Carbon.First(steps), Price = place.Zone.Price?.First(steps) })];

    private TimeSpan Since(Timestamp time, string field) => Start is { } start
        ? Times.Required(time, field) - start
        : throw Refusal.InvalidArgument(field, "must be given in steps: the series have no start_time").AsException();

    private static int Clamp(long steps) => (int)Math.Clamp(steps, 0, PlanSeries.MaxSteps);
}
