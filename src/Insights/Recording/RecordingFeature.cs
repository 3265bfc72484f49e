using Pylon.ServiceDefaults;

namespace Pylon.Insights.Recording;

internal static class RecordingFeature
{
    /// <summary>Emission events. Needs the models.</summary>
    public static IServiceCollection AddRecording(this IServiceCollection services)
    {
        services.AddValidatedOptions<RecordingOptions>("Recording");
        return services
            .AddSingleton<EntityStore>()
            .AddSingleton<EventStore>()
            .AddSingleton<QuarantineStore>()
            .AddSingleton<EventRecorder>()
            .AddHostedService<ArrivalWorker>();
    }
}
