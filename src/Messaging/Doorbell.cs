using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>
/// Wakes the followers of this process when somebody has published. A ring is only a hint: Redis loses those that come
/// while nobody is connected, and the followers poll as well.
/// </summary>
internal sealed class Doorbell(IConnectionMultiplexer redis, TimeSpan bound, ILogger logger)
{
    public static readonly RedisChannel Channel = RedisChannel.Literal("pylon:events");

    private readonly Lock _lock = new();
    private TaskCompletionSource _next = New();
    private Task _subscription = Task.CompletedTask;
    private bool _subscribed;

    /// <summary>Completes at the next ring. Take it before looking, so that no ring is missed in between.</summary>
    public Task Next()
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
            var queue = await redis.GetSubscriber().SubscribeAsync(Channel).WaitAsync(bound);
            queue.OnMessage(_ => Ring());
            lock (_lock)
                _subscribed = true;
            // What was published before the subscription stood rang for nobody.
            Ring();
        }
        catch (Exception e)
        {
            // The next look tries again.
            logger.DoorbellNotHung(e);
        }
    }

    private void Ring()
    {
        TaskCompletionSource ringing;
        lock (_lock)
            (ringing, _next) = (_next, New());
        ringing.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
