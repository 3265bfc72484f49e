using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Keys;

internal static class KeysFeature
{
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.AddValidatedOptions<KeyOptions>(KeyOptions.Section);
        return services.AddSingleton<KeyStore>().AddHostedService<BootstrapWorker>();
    }
}
