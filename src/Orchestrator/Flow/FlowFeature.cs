using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Flow;

internal static class FlowFeature
{
    public static IServiceCollection AddFlow(this IServiceCollection services)
    {
        services.AddValidatedOptions<FlowOptions>("Bpp");
        return services
            .AddSingleton<FlowStore>()
            .AddSingleton<FlowTelemetry>()
            .AddSingleton<Bookings>()
            .AddSingleton<DiscoverFlow>()
            .AddSingleton<ChoiceFlow>()
            .AddSingleton<CancellationFlow>()
            .AddSingleton<WorkloadAttempt>()
            .AddHostedService<FlowWorker>();
    }
}
