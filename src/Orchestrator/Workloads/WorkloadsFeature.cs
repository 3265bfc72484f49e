using Pylon.Postgres;

namespace Pylon.Orchestrator.Workloads;

internal static class WorkloadsFeature
{
    public static IServiceCollection AddWorkloads(this IServiceCollection services) => services
        .AddSingleton<Changes<Guid>>()
        .AddHostedService<RowChanges>()
        .AddSingleton<DeadLetterMetrics>()
        .AddSingleton<WorkloadStore>();
}
