using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Llm;

internal static class LlmFeature
{
    public static IServiceCollection AddLlm(this IServiceCollection services)
    {
        services.AddValidatedOptions<GeminiOptions>("Gemini");
        services.AddHttpClient<Gemini>(client => client.MaxResponseContentBufferSize = 1024 * 1024);
        return services;
    }
}
