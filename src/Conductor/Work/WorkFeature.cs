using Pylon.ServiceDefaults;

namespace Pylon.Conductor.Work;

internal static class WorkFeature
{
    /// <summary>Handing out work. Needs the batches in Redis and PostgreSQL.</summary>
    public static IServiceCollection AddWork(this IServiceCollection services)
    {
        services.AddValidatedOptions<WorkOptions>("Work");
        return services
            .AddSingleton<WorkStore>()
            .AddSingleton<ClaimDesk>()
            .AddHostedService(provider => provider.GetRequiredService<ClaimDesk>())
            .AddSingleton<WorkSweeper>()
            .AddHostedService(provider => provider.GetRequiredService<WorkSweeper>());
    }
}
