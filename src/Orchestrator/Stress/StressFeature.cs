using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Stress;

internal static class StressFeature
{
    public static IServiceCollection AddGridStress(this IServiceCollection services)
    {
        services.AddValidatedOptions<GridStressOptions>("GridStress");
        return services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<GridStressOptions>>().Value;
            return new GridStress(options.NoStressMw, options.FullStressMw);
        });
    }
}
