namespace Pylon.Forecasting.Planning;

/// <summary>When a new forecast is a reason to plan a job anew, without going back and forth.</summary>
/// <param name="ChangePercent">The cost of the chosen steps must have changed by more than this, in per cent of what it was.</param>
/// <param name="Pause">Shortest time between two plans of a job.</param>
public sealed record ReplanRule(double ChangePercent, TimeSpan Pause)
{
    /// <summary>5 %, at most once an hour.</summary>
    public static ReplanRule Default { get; } = new(5, TimeSpan.FromHours(1));

    /// <param name="planned">Cost of the chosen steps when they were chosen.</param>
    /// <param name="expected">Cost of the same steps by the new forecast.</param>
    /// <param name="hasStarted">A job that runs is not planned anew.</param>
    /// <param name="sinceLastPlan">Time since the job was last planned.</param>
    public bool IsDue(double planned, double expected, bool hasStarted, TimeSpan sinceLastPlan) =>
        !hasStarted && sinceLastPlan >= Pause && Math.Abs(expected - planned) * 100 > ChangePercent * Math.Abs(planned);
}
