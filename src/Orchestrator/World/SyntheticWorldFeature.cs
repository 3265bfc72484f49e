using Microsoft.Extensions.Hosting;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.World;

internal static class SyntheticWorldFeature
{
    public static IServiceCollection AddSyntheticWorld(this IServiceCollection services)
    {
        services.AddValidatedOptions<SyntheticWorldOptions>("SyntheticWorld").Validate<IHostEnvironment>(
            (options, environment) => !(options.Enabled && environment.IsProduction()),
            "PYLON_SYNTHETIC_WORLD=on: must be off in production, which is where DOTNET_ENVIRONMENT is Production or not set");
        return services
            .AddSingleton<SyntheticWorldStore>()
            .AddHostedService<SyntheticWorldWorker>();
    }
}
