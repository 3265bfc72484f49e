namespace Pylon.Forecasting.Planning.Requests;

/// <summary>The best plan for a range of weights.</summary>
/// <param name="FromWeight">Lowest weight of carbon for which it was found, millionths.</param>
/// <param name="ToWeight">Highest, millionths.</param>
/// <param name="Option">Its cost is for the lowest weight.</param>
public sealed record ParetoPoint(int FromWeight, int ToWeight, PlanOption Option);
