using Microsoft.Extensions.Options;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Shared;
using Pylon.Messaging;
using Pylon.Postgres;
using StackExchange.Redis;

namespace Pylon.Conductor.State;

/// <summary>
/// Makes the calls of many callers in one script: those of a shard, and where Redis is no cluster those of all shards. While
/// one script runs, the next callers gather.
/// </summary>
internal sealed class SharedCalls : BackgroundService
{
    // A script keeps Redis from others for a millisecond or two.
    private const int MaxTogether = 100;

    private readonly RedisCalls _redis;
    private readonly IReadOnlyList<GroupCommit<BatchCall, RedisResult[]>> _shards;

    public SharedCalls(RedisCalls redis, IOptions<ConductorOptions> options, TimeProvider time)
    {
        _redis = redis;
        _shards = [.. Enumerable.Range(0, BatchKeys.Shards).Select(_ => new GroupCommit<BatchCall, RedisResult[]>(
            (calls, token) => redis.OfManyAsync(database => BatchCall.RunAsync(database, calls), token),
            e => RedisFailure.IsUnreachable(e), time, MaxTogether, options.Value.CallBound))];
    }

    /// <summary>The answer to the call. When it fails the outcome is unknown.</summary>
    public Task<RedisResult[]> RunAsync(BatchCall call, CancellationToken cancellationToken) =>
        _redis.CountedAsync(() => _shards[_redis.IsCluster ? call.Shard : 0].WriteAsync(call, cancellationToken), cancellationToken);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_shards.Select(shard => shard.RunAsync(stoppingToken)));
}
