using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Summaries;

internal static class SummariesFeature
{
    public static IServiceCollection AddSummaries(this IServiceCollection services)
    {
        services.AddValidatedOptions<GeminiOptions>("Gemini");
        services.AddHttpClient("gemini", client => client.MaxResponseContentBufferSize = 1024 * 1024);
        services.AddSingleton(provider => new Gemini(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient("gemini"),
            provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<GeminiOptions>>()));
        return services.AddSingleton<Summarizer>();
    }
}
