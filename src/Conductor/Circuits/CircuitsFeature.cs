using Pylon.Rpc;

namespace Pylon.Conductor.Circuits;

internal static class CircuitsFeature
{
    /// <summary>Calls to Redis and PostgreSQL, and the answer to callers when one of them is unreachable.</summary>
    public static IServiceCollection AddCircuits(this IServiceCollection services)
    {
        services.AddExceptionMapper(StoreFailure.Refusal);
        return services.AddSingleton<StoreCircuits>().AddSingleton<RedisCalls>().AddSingleton<PostgresCalls>();
    }
}
