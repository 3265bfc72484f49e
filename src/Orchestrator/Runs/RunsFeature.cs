using Pylon.Conductor.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Runs;

internal static class RunsFeature
{
    /// <summary>Needs the event stream.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddValidatedOptions<RunOptions>("Runs");
        services.AddRpcClient<PipelineService.PipelineServiceClient>("PYLON_CONDUCTOR");
        services.AddRpcClient<WorkService.WorkServiceClient>("PYLON_CONDUCTOR");
        return services
            .AddSingleton<RunStore>()
            .AddSingleton<IWorkloadHandler>(provider => provider.GetRequiredService<RunStore>())
            .AddSingleton<PipelineNames>()
            .AddSingleton<JobCheck>()
            .AddSingleton<RunSteps>()
            .AddHostedService<RunWorker>()
            .AddHostedService<RunEventWorker>();
    }
}
