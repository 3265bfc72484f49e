using System.Data.Common;
using Polly.CircuitBreaker;
using Pylon.Messaging;
using Pylon.Rpc;
using StackExchange.Redis;

namespace Pylon.Conductor;

/// <summary>Failures of Redis or PostgreSQL that pass by themselves.</summary>
internal static class StoreFailure
{
    public static bool Is(Exception e) => RedisFailure.Is(e) || e is DbException { IsTransient: true } or BrokenCircuitException;

    /// <summary>Redis cannot be had; one that answers with an error can.</summary>
    public static bool IsOfRedis(Exception e) => RedisFailure.Is(e) && e is not RedisServerException;

    /// <summary>PostgreSQL cannot be had.</summary>
    public static bool IsOfPostgres(Exception e) => e is DbException { IsTransient: true } or TimeoutException;

    /// <summary>What callers are told of them.</summary>
    public static Refusal? Refusal(Exception e) => Is(e)
        ? Rpc.Refusal.Unavailable("STATE_UNAVAILABLE", "The state store cannot be reached now.", TimeSpan.FromSeconds(1))
        : null;
}
