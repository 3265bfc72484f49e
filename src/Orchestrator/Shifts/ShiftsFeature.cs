namespace Pylon.Orchestrator.Shifts;

internal static class ShiftsFeature
{
    /// <summary>Needs workloads, constraints and outcomes.</summary>
    public static IServiceCollection AddShifts(this IServiceCollection services) => services.AddSingleton<ShiftStore>().AddSingleton<Shifting>();
}
