using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Outcomes;

/// <summary>
/// What a run took: the energy that workers reported, in the time that they reported; a phase that nobody told an energy
/// for gets an equal share of what was assumed of the job, when the run is complete. Pure.
/// </summary>
/// <param name="Parts">One for each phase that took something; empty when nothing is known.</param>
/// <param name="Basis">REPORTED, or that of the assumption.</param>
/// <param name="Estimated">What is assumed, in words.</param>
internal sealed record WorkOfRun(IReadOnlyList<Work> Parts, EnergyBasis Basis, IReadOnlyList<string> Estimated)
{
    /// <param name="run">That has ended.</param>
    /// <param name="assumedKwh">Of the whole job, when the option does not tell it.</param>
    public static WorkOfRun Of(EndedRun run, double assumedKwh)
    {
        var phases = run.Phases.Where(p => p.State != PhaseRunState.Skipped).ToList();
        var silent = run.IsComplete ? phases.Where(p => !p.HasEnergyKwh).ToList() : [];
        var chosen = run.Chosen;
        var (job, basis) = chosen.HasEnergyKwh ? (chosen.EnergyKwh, chosen.EnergyBasis) : (assumedKwh, EnergyBasis.Default);
        var parts = new List<Work>();
        var estimated = new List<string>();
        foreach (var phase in phases.Where(p => p.HasEnergyKwh || silent.Contains(p)))
        {
            var (start, end, isReported) = TimesOf(phase, run.EndedAt);
            parts.Add(new Work(phase.Phase, start, end, phase.HasEnergyKwh ? phase.EnergyKwh : job / phases.Count));
            if (!isReported)
                estimated.Add($"the time of phase {phase.Phase} is that of its reports");
            if (phase.HasEnergyKwh && phase.EnergyReports < phase.Completed)
                estimated.Add($"the energy of phase {phase.Phase} is that of {phase.EnergyReports} of {phase.Completed} parts");
        }

        if (silent.Count > 0)
            estimated.Insert(0, $"the energy of {string.Join(", ", silent.Select(p => p.Phase))} was not reported: a share of the {job:0.###} kWh assumed for the job");
        return new WorkOfRun(parts, silent.Count > 0 ? basis : EnergyBasis.Reported, estimated);
    }

    private static (DateTimeOffset Start, DateTimeOffset End, bool IsReported) TimesOf(PhaseRun phase, DateTimeOffset runEnd)
    {
        if (phase is { WorkStartedAt: { } from, WorkEndedAt: { } to } && from <= to)
            return (from.ToDateTimeOffset(), to.ToDateTimeOffset(), true);
        var start = Time(phase.WorkStartedAt ?? phase.StartedAt) ?? runEnd;
        var end = Time(phase.WorkEndedAt ?? phase.EndedAt) ?? runEnd;
        return (start < end ? start : end, end, false);
    }

    private static DateTimeOffset? Time(Timestamp? time) => time?.ToDateTimeOffset();
}
