using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Summaries;

internal static class SummariesFeature
{
    public static IServiceCollection AddSummaries(this IServiceCollection services)
    {
        services.AddValidatedOptions<GeminiOptions>("Gemini");
        services.AddHttpClient<Gemini>(client => client.MaxResponseContentBufferSize = 1024 * 1024);
        return services.AddSingleton<Summarizer>();
    }
}
