using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Phases;

internal static class PhasesFeature
{
    /// <summary>What Pylon's own batches take. Needs the recording of events and the event stream.</summary>
    public static IServiceCollection AddPhases(this IServiceCollection services)
    {
        services.AddValidatedOptions<PhaseOptions>("Phases");
        services.AddRpcClient<WorkloadService.WorkloadServiceClient>("PYLON_ORCHESTRATOR");
        return services
            .AddSingleton<PhaseStore>()
            .AddHostedService<PhaseEventWorker>()
            .AddHostedService<PhaseWorker>();
    }
}
