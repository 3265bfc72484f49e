namespace Pylon.Orchestrator.Workloads;

internal static class WorkloadsFeature
{
    public static IServiceCollection AddWorkloads(this IServiceCollection services) => services
        .AddSingleton<Changes>()
        .AddHostedService(provider => provider.GetRequiredService<Changes>())
        .AddSingleton<WorkloadStore>();
}
