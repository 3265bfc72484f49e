using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Shifts;

internal static class ShiftsFeature
{
    public static IServiceCollection AddShifts(this IServiceCollection services)
    {
        services.AddValidatedOptions<ShiftOptions>("Shifts");
        services.AddRpcClient<WorkloadService.WorkloadServiceClient>("PYLON_ORCHESTRATOR");
        services.AddRpcClient<PlanningService.PlanningServiceClient>("PYLON_ORCHESTRATOR");
        return services.AddSingleton<ShiftStore>().AddSingleton<ShiftMaker>().AddHostedService<ShiftWorker>();
    }
}
