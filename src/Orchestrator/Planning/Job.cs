using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Orchestrator.Planning;

/// <summary>A job that was read: what the planner is asked, and what the answer says beside it.</summary>
/// <param name="Id">The caller's.</param>
/// <param name="Request">For the planner.</param>
/// <param name="GpuMins">The energy is assumed from so many; null when it is not.</param>
/// <param name="HasEnergy">False for a job that counts as 1 kWh in each step.</param>
internal sealed record Job(string Id, PlanRequest Request, int? GpuMins, bool HasEnergy)
{
    /// <summary>The first step of the candidate window.</summary>
    public int Begin => Math.Max(Request.Arrival, Request.Limits.EarliestStart ?? 0);

    /// <summary>Where the candidate window would end in an endless series.</summary>
    public long WantedEnd => Math.Min(
        Request.Limits.Deadline ?? long.MaxValue,
        Request.Slack is null && Request.Limits.MaxDelay is null ? long.MaxValue : (long)Begin + Request.Duration + Math.Min(Request.Slack ?? int.MaxValue, Request.Limits.MaxDelay ?? int.MaxValue));

    /// <summary>The step after the candidate window.</summary>
    public int End(int steps) => (int)Math.Min(steps, WantedEnd);
}
