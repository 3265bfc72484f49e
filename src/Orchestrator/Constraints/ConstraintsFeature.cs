using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Constraints;

internal static class ConstraintsFeature
{
    public static IServiceCollection AddConstraints(this IServiceCollection services)
    {
        services.AddValidatedOptions<ConstraintOptions>("Constraints");
        return services.AddSingleton<ConstraintStore>();
    }
}
