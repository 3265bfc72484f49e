using Pylon.ServiceDefaults;

namespace Pylon.Insights.Alerts;

internal static class AlertFeature
{
    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddValidatedOptions<AlertOptions>("Alerts");
        return services
            .AddSingleton<AlertStore>()
            .AddHostedService<AlertWorker>();
    }
}
