using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>
/// Wakes the followers of this process after a publish. Only a hint: Redis drops the message while nobody is connected,
/// and the followers poll as well.
/// </summary>
internal sealed class PublishSignal(IConnectionMultiplexer redis, TimeSpan bound, ILogger logger)
{
    public static readonly RedisChannel Channel = RedisChannel.Literal("pylon:events");

    private readonly Lock _lock = new();
    private TaskCompletionSource _next = New();
    private Task _subscription = Task.CompletedTask;
    private bool _subscribed;

    /// <summary>Completes at the next publish. Take it before reading, so that no publish is missed in between.</summary>
    public Task NextAsync()
    {
        lock (_lock)
        {
            if (!_subscribed && _subscription.IsCompleted)
                _subscription = SubscribeAsync();
            return _next.Task;
        }
    }

    private async Task SubscribeAsync()
    {
        await Task.Yield();
        try
        {
            // A handler and not a queue: of a subscription that comes after its time nobody would read the queue.
            await redis.GetSubscriber().SubscribeAsync(Channel, OnPublished).WaitAsync(bound);
            lock (_lock)
                _subscribed = true;
            // A publish before the subscription raised nothing here.
            Raise();
        }
        catch (Exception e)
        {
            logger.NotSubscribed(e);
            // The library keeps the handler of a subscription that failed; each attempt would add one.
            await UnsubscribeAsync();
        }
    }

    private async Task UnsubscribeAsync()
    {
        try
        {
            await redis.GetSubscriber().UnsubscribeAsync(Channel, OnPublished, CommandFlags.FireAndForget);
        }
        catch (Exception e) when (RedisFailure.Is(e))
        {
            logger.NotSubscribed(e);
        }
    }

    private void OnPublished(RedisChannel channel, RedisValue topic) => Raise();

    private void Raise()
    {
        TaskCompletionSource raised;
        lock (_lock)
            (raised, _next) = (_next, New());
        raised.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
