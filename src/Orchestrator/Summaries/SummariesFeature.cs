namespace Pylon.Orchestrator.Summaries;

internal static class SummariesFeature
{
    public static IServiceCollection AddSummaries(this IServiceCollection services) => services.AddSingleton<Summarizer>();
}
