using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Retention;

internal static class RetentionFeature
{
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddValidatedOptions<RetentionOptions>("Retention");
        return services.AddSingleton<RetentionStore>().AddHostedService<RetentionWorker>();
    }
}
