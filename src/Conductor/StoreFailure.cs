using System.Data.Common;
using Pylon.Messaging;
using Pylon.Rpc;

namespace Pylon.Conductor;

/// <summary>Failures of Redis or PostgreSQL that pass by themselves.</summary>
internal static class StoreFailure
{
    public static bool Is(Exception e) => RedisFailure.Is(e) || e is DbException { IsTransient: true };

    /// <summary>What callers are told of them.</summary>
    public static Refusal? Refusal(Exception e) => RedisFailure.Is(e)
        ? Rpc.Refusal.Unavailable("STATE_UNAVAILABLE", "The state store cannot be reached now.", TimeSpan.FromSeconds(1))
        : null;
}
