using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.ServiceDefaults;
using Pylon.Signing;

namespace Pylon.Orchestrator.Signatures;

internal static class SignaturesFeature
{
    private const int MaxAnswerBytes = 256 * 1024;
    private const string EnvironmentSetting = "PYLON_ENVIRONMENT";

    public static IServiceCollection AddSignatures(this IServiceCollection services)
    {
        services.AddValidatedOptions<SigningOptions>(SigningOptions.Section);
        services.AddValidatedOptions<RegistryOptions>(RegistryOptions.Section)
            .Validate<IConfiguration>(
                (options, configuration) => options.Url is not null || !IsProduction(configuration),
                $"BECKN_REGISTRY_URL: is required in {EnvironmentSetting}=Production, because callbacks must be verified")
            .Validate<IConfiguration>(
                (options, configuration) => HasKey(configuration.GetSection(SigningOptions.Section).Get<SigningOptions>() ?? new SigningOptions()) || (!IsProduction(configuration) && options.Form != RegistryForm.V2),
                $"BECKN_KEY_FILE: is required in {EnvironmentSetting}=Production and with BECKN_REGISTRY_FORM=V2, because messages must be signed")
            .Validate(options => options.Url is null or { Scheme: "http" or "https" }, "BECKN_REGISTRY_URL: must be an absolute http or https URL");
        services.AddHttpClient(RegistryClient.HttpClientName, client =>
            {
                client.MaxResponseContentBufferSize = MaxAnswerBytes;
                // The client bounds the request.
                client.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(2),
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                MaxConnectionsPerServer = 32,
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

    private static bool IsProduction(IConfiguration configuration) => string.Equals(configuration[EnvironmentSetting], "Production", StringComparison.OrdinalIgnoreCase);

    private static bool HasKey(SigningOptions options) => !string.IsNullOrEmpty(options.PrivateKey) || !string.IsNullOrEmpty(options.KeyFile);

    /// <summary>Says at the start what is not verified or not signed.</summary>
    private sealed class SignatureNotice(IOptions<RegistryOptions> registry, IOptions<SigningOptions> signing, ILogger<SignatureNotice> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (registry.Value.Url is null)
                logger.NotVerified();
            if (!HasKey(signing.Value))
                logger.NotSigned();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
