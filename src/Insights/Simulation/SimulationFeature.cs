namespace Pylon.Insights.Simulation;

/// <summary>What would be emitted if something were done in another way.</summary>
internal static class SimulationFeature
{
    public static IServiceCollection AddSimulation(this IServiceCollection services) => services.AddSingleton<Simulator>();
}
