using Microsoft.Extensions.Options;
using Pylon.Messaging;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Calls to Redis that do not wait for ever. When the bound is reached the outcome is unknown, so whatever is called
/// this way may be repeated.
/// </summary>
internal sealed class RedisCalls(IConnectionMultiplexer redis, IOptions<ConductorOptions> options, TimeProvider time)
{
    public IDatabase Database => redis.GetDatabase();

    public long TtlSeconds => (long)options.Value.StateTtl.TotalSeconds;

    public async Task<RedisResult[]> ScriptAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken) =>
        (RedisResult[])(await BoundAsync(Database.ScriptEvaluateAsync(script, keys, values), cancellationToken))!;

    public Task<T> BoundAsync<T>(Task<T> call, CancellationToken cancellationToken) =>
        call.WithinAsync(options.Value.CallBound, time, cancellationToken);
}
