using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Audit;

internal static class AuditFeature
{
    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<AuditStore>()
        .AddSingleton<IWorkloadHandler, FlowDecisions>()
        .AddHostedService<OwnerCheck>();
}
