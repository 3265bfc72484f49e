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
    private readonly Dictionary<string, TaskCompletionSource> _nextOfTopic = new(StringComparer.Ordinal);
    private TaskCompletionSource _next = New();
    private Task _subscription = Task.CompletedTask;
    private bool _subscribed;

    /// <summary>Completes at the next publish. Take it before reading, so that no publish is missed in between.</summary>
    public Task NextAsync()
    {
        lock (_lock)
        {
            Subscribe();
            return _next.Task;
        }
    }

    /// <summary>The same for one topic.</summary>
    public Task NextAsync(string topic)
    {
        lock (_lock)
        {
            Subscribe();
            if (!_nextOfTopic.TryGetValue(topic, out var next))
                _nextOfTopic[topic] = next = New();
            return next.Task;
        }
    }

    private void Subscribe()
    {
        if (!_subscribed && _subscription.IsCompleted)
            _subscription = SubscribeAsync();
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
            // What was published while Redis was away raised nothing either.
            redis.ConnectionRestored += (_, _) => Raise(topic: null);
            // A publish before the subscription raised nothing here.
            Raise(topic: null);
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

    private void OnPublished(RedisChannel channel, RedisValue topic) => Raise(topic);

    /// <param name="topic">Null for all topics.</param>
    public void Raise(string? topic)
    {
        List<TaskCompletionSource> raised;
        lock (_lock)
        {
            raised = [_next];
            _next = New();
            foreach (var name in topic is null ? _nextOfTopic.Keys.ToList() : [topic])
            {
                if (_nextOfTopic.Remove(name, out var next))
                    raised.Add(next);
            }
        }

        foreach (var next in raised)
            next.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
