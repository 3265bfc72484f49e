using Polly.CircuitBreaker;
using Pylon.Messaging;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Conductor.Circuits;

/// <summary>Failures of Redis or PostgreSQL that may pass when the call is repeated.</summary>
internal static class StoreFailure
{
    public static bool Is(Exception e) => RedisFailure.Is(e) || PostgresFailure.IsTransient(e) || e is BrokenCircuitException;

    /// <summary>The answer to callers.</summary>
    public static Refusal? Refusal(Exception e) => Is(e)
        ? Rpc.Refusal.Unavailable("STATE_UNAVAILABLE", "The state store is unreachable. Try again.", TimeSpan.FromSeconds(1))
        : null;
}
