using Pylon.Common.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Constraints;

/// <summary>The energy of the whole job, as far as it is known before it runs.</summary>
/// <param name="Kwh">Null when it depends on the window.</param>
/// <param name="LoadMw">Drawn over the whole window when <paramref name="Kwh"/> is null.</param>
/// <param name="Fallback">kWh for a window without times.</param>
internal sealed record JobEnergy(double? Kwh, EnergyBasis Basis, double LoadMw, double Fallback)
{
    /// <param name="workload">As it was submitted.</param>
    /// <param name="pue">Of its data centre; null when that is not known.</param>
    /// <param name="options">What is assumed.</param>
    public static JobEnergy Of(WorkloadRecord workload, double? pue, ConstraintOptions options)
    {
        var fallback = OfGpu(options.DefaultGpuMins, pue, options);
        return workload switch
        {
            { EstimatedEnergyKwh: { } told } => new JobEnergy(told, EnergyBasis.Told, 0, fallback),
            { RequiredGpuMins: { } minutes } => new JobEnergy(OfGpu(minutes, pue, options), EnergyBasis.GpuMinutes, 0, fallback),
            { ComputeLoadMw: { } load } => new JobEnergy(null, EnergyBasis.Load, load, fallback),
            _ => new JobEnergy(fallback, EnergyBasis.Default, 0, fallback),
        };
    }

    /// <summary>kWh of a job that tells nothing.</summary>
    public static double Default(ConstraintOptions options) => OfGpu(options.DefaultGpuMins, null, options);

    public (double Kwh, EnergyBasis Basis) In(Window? window) =>
        Kwh is { } known ? (known, Basis)
        : window is { StartTime: { } start, EndTime: { } end } ? (LoadMw * 1000 * (end - start).ToTimeSpan().TotalHours, Basis)
        : (Fallback, EnergyBasis.Default);

    private static double OfGpu(int minutes, double? pue, ConstraintOptions options) => minutes / 60.0 * options.GpuKilowatts * (pue ?? options.Pue);
}
