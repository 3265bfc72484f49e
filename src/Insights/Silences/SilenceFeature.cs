namespace Pylon.Insights.Silences;

internal static class SilenceFeature
{
    /// <summary>Needs the alerts.</summary>
    public static IServiceCollection AddSilences(this IServiceCollection services) => services.AddSingleton<SilenceStore>();
}
