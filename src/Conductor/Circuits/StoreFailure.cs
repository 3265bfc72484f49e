using System.Data.Common;
using Polly.CircuitBreaker;
using Pylon.Messaging;
using Pylon.Rpc;
using StackExchange.Redis;

namespace Pylon.Conductor.Circuits;

/// <summary>Failures of Redis or PostgreSQL that may pass when the call is repeated.</summary>
internal static class StoreFailure
{
    public static bool Is(Exception e) => RedisFailure.Is(e) || e is DbException { IsTransient: true } or BrokenCircuitException;

    /// <summary>Redis is unreachable. One that answers with an error is not.</summary>
    public static bool IsOfRedis(Exception e) => RedisFailure.Is(e) && e is not RedisServerException;

    /// <summary>PostgreSQL is unreachable.</summary>
    public static bool IsOfPostgres(Exception e) => e is DbException { IsTransient: true } or TimeoutException;

    /// <summary>The answer to callers.</summary>
    public static Refusal? Refusal(Exception e) => Is(e)
        ? Rpc.Refusal.Unavailable("STATE_UNAVAILABLE", "The state store is unreachable. Try again.", TimeSpan.FromSeconds(1))
        : null;
}
