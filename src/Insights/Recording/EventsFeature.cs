using Pylon.ServiceDefaults;

namespace Pylon.Insights.Recording;

internal static class EventsFeature
{
    /// <summary>Emission events. Needs the models.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services)
    {
        services.AddValidatedOptions<EventOptions>("Events");
        return services
            .AddSingleton<EntityStore>()
            .AddSingleton<EventStore>()
            .AddSingleton<QuarantineStore>()
            .AddSingleton<EventRecorder>()
            .AddHostedService<ArrivalWorker>();
    }
}
