using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Outgoing;

namespace Pylon.Orchestrator.Llm;

internal static class LlmFeature
{
    private const int MaxAnswerBytes = 1024 * 1024;

    public static IServiceCollection AddLlm(this IServiceCollection services)
    {
        services.AddValidatedOptions<GeminiOptions>("Gemini");
        services.AddOutgoingClient("gemini", MaxAnswerBytes, provider => [provider.GetRequiredService<IOptions<GeminiOptions>>().Value.BaseUrl]).AddTypedClient<Gemini>();
        return services;
    }
}
