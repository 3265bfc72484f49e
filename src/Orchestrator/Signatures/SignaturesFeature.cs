using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Outgoing;
using Pylon.ServiceDefaults.Start;
using Pylon.Signing;

namespace Pylon.Orchestrator.Signatures;

internal static class SignaturesFeature
{
    private const int MaxAnswerBytes = 256 * 1024;

    public static IServiceCollection AddSignatures(this IServiceCollection services)
    {
        services.AddValidatedOptions<SigningOptions>(SigningOptions.Section);
        services.AddStartRequirement("callbacks must be verified", "BecknRegistry:Url");
        services.AddStartRequirement("messages must be signed", "Signing:KeyFile", "Signing:PrivateKey");
        services.AddValidatedOptions<RegistryOptions>(RegistryOptions.Section)
            .Validate<IOptions<SigningOptions>>(
                (options, signing) => signing.Value.HasKey || options.Form != RegistryForm.V2,
                "BECKN_KEY_FILE: is required with BECKN_REGISTRY_FORM=V2, because look-ups must be signed")
            .Validate(options => options.Url is null or { Scheme: "http" or "https" }, "BECKN_REGISTRY_URL: must be an absolute http or https URL");
        services.AddOutgoingClient(RegistryClient.HttpClientName, MaxAnswerBytes, provider => [provider.GetRequiredService<IOptions<RegistryOptions>>().Value.Url], (_, handler) =>
        {
            handler.ConnectTimeout = TimeSpan.FromSeconds(2);
            handler.MaxConnectionsPerServer = 32;
        });
        return services
            .AddSingleton(provider => new MessageSigner(
                provider.GetRequiredService<IOptions<BecknOptions>>().Value, provider.GetRequiredService<IOptions<SigningOptions>>().Value, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<RegistryClient>()
            .AddSingleton(provider => new KeyDirectory(
                provider.GetRequiredService<RegistryClient>().FindAsync, provider.GetRequiredService<IOptions<RegistryOptions>>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<CallbackVerifier>()
            .AddSingleton<ReplayStore>()
            .AddSingleton<ReplayMemory>()
            .AddHostedService(provider => provider.GetRequiredService<ReplayMemory>())
            .AddHostedService<SignatureNotice>();
    }

    /// <summary>Says at the start what is not verified or not signed.</summary>
    private sealed class SignatureNotice(IOptions<RegistryOptions> registry, IOptions<SigningOptions> signing, ILogger<SignatureNotice> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (registry.Value.Url is null)
                logger.NotVerified();
            if (!signing.Value.HasKey)
                logger.NotSigned();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
