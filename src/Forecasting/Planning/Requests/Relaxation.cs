namespace Pylon.Forecasting.Planning.Requests;

/// <summary>A change of one limit with which there is a plan.</summary>
/// <param name="Limit">Which.</param>
/// <param name="Steps">The new number of steps (slack, delay) or step (deadline, earliest start).</param>
/// <param name="Value">The new value of a limit on carbon or price, in its unit, rounded up so that it still suffices.</param>
/// <param name="ZoneId">The zone that would have to be allowed.</param>
/// <param name="Blackout">The blackout that would have to go; null when all of them would.</param>
/// <param name="Plan">The best plan with it.</param>
public sealed record Relaxation(PlanLimit Limit, int? Steps, decimal? Value, string? ZoneId, StepRange? Blackout, PlanOption Plan);
