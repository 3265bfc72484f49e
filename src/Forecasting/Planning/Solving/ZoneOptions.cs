using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>The best option of each zone that has one, the cheapest first.</summary>
internal sealed record ZoneOptions(IReadOnlyList<PlanOption> Options, bool IsProven, PlanRefusal? Refusal);
