using Microsoft.Extensions.Options;
using Pylon.Conductor.Shared;
using Pylon.Messaging;
using StackExchange.Redis;

namespace Pylon.Conductor.Circuits;

/// <summary>
/// Calls to Redis with a bound, which are not made while its circuit is open. When the bound is reached the outcome is
/// unknown, so every call made this way must be safe to repeat.
/// </summary>
internal sealed class RedisCalls(IConnectionMultiplexer redis, IOptions<ConductorOptions> options, StoreCircuits circuits, TimeProvider time)
{
    public async Task<RedisResult[]> ScriptAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken) =>
        (RedisResult[])(await BoundAsync(database => database.ScriptEvaluateAsync(script, keys, values), cancellationToken))!;

    public Task<T> BoundAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken) =>
        circuits.Redis.RunAsync(() => call(redis.GetDatabase()).WithinAsync(options.Value.CallBound, time, cancellationToken), cancellationToken);
}
