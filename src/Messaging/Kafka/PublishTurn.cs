using StackExchange.Redis;

namespace Pylon.Messaging.Kafka;

/// <summary>
/// One process at a time looks at a topic and then appends what is not there, so that two that publish the same events do not both
/// find them missing. The lock is in Redis; it ends by itself when its holder dies.
/// </summary>
internal sealed class PublishTurn(IConnectionMultiplexer redis, KafkaCluster cluster, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits for the turn, no longer than a call may take.</summary>
    /// <exception cref="TimeoutException">Others had it all the time, or Redis does not answer.</exception>
    public async Task<IAsyncDisposable> TakeAsync(string topic, CancellationToken cancellationToken)
    {
        RedisKey key = $"pylon:{{events:{topic}}}:publishing";
        var token = Guid.NewGuid().ToString();
        for (var began = time.GetTimestamp(); ;)
        {
            // A look and a write are bounded each; together they end before the lock does.
            if (await redis.GetDatabase().LockTakeAsync(key, token, cluster.Bound * 4).WithinAsync(cluster.Bound, time, cancellationToken))
                return new Held(redis, key, token);
            if (time.GetElapsedTime(began) > cluster.Bound)
                throw new TimeoutException($"Another process publishes on {topic} for longer than {cluster.Bound}.");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private sealed class Held(IConnectionMultiplexer redis, RedisKey key, string token) : IAsyncDisposable
    {
        // The next process need not wait for the answer; when it is lost, the lock ends by itself.
        public async ValueTask DisposeAsync()
        {
            try
            {
                await redis.GetDatabase().LockReleaseAsync(key, token, CommandFlags.FireAndForget);
            }
            catch (RedisException)
            {
                // It ends by itself.
            }
        }
    }
}
