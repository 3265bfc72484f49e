namespace Pylon.Forecasting.Planning.Solving;

/// <summary>What a search in one zone found.</summary>
/// <param name="Steps">In the order of time, from the begin of the window; null for none.</param>
/// <param name="LowerBound">No allowed steps cost less.</param>
/// <param name="IsProven">True when nothing better exists, or nothing at all.</param>
internal sealed record Found(int[]? Steps, Int128 LowerBound, bool IsProven);
