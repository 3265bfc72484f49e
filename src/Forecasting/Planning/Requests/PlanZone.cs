using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Requests;

/// <summary>A place where the job may run.</summary>
/// <param name="Id">Decides between zones of equal cost: the smaller in ordinal order wins.</param>
/// <param name="Carbon">Carbon intensity, scaled by <see cref="SeriesScale.Carbon"/>; no negative values.</param>
/// <param name="Price">Price, scaled by <see cref="SeriesScale.Price"/>; needed for a price objective or limit.</param>
/// <param name="PueThousandths">Power usage effectiveness × 1,000: 1,150 for 1.15. 1,000 to 10,000.</param>
public sealed record PlanZone(string Id, PlanSeries Carbon, PlanSeries? Price = null, int PueThousandths = 1_000);
