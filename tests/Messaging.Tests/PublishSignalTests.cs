using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Messaging.Tests;

public sealed class PublishSignalTests
{
    [Fact]
    public async Task ASubscriptionThatTimedOutLeavesNothingBehind()
    {
        var subscriber = DispatchProxy.Create<ISubscriber, SilentSubscriber>();
        var redis = DispatchProxy.Create<IConnectionMultiplexer, Connection>();
        ((Connection)(object)redis).Subscriber = subscriber;
        var calls = (SilentSubscriber)(object)subscriber;
        var signal = new PublishSignal(redis, TimeSpan.FromMilliseconds(1), NullLogger.Instance);

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await Eventually.True(() =>
            {
                _ = signal.NextAsync();
                return calls.Ended >= attempt;
            });
        }

        Assert.Equal(0, calls.Queues);
        Assert.InRange(calls.Handlers, 0, 1);
    }

    private class Connection : DispatchProxy
    {
        public ISubscriber Subscriber { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IConnectionMultiplexer.GetSubscriber) ? Subscriber : throw new NotSupportedException(targetMethod.Name);
    }

    // Redis takes the subscription and does not answer.
    private class SilentSubscriber : DispatchProxy
    {
        private int _handlers;
        private int _queues;
        private int _ended;

        public int Handlers => _handlers;

        public int Queues => _queues;

        public int Ended => _ended;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var takesHandler = targetMethod!.GetParameters().Any(parameter => parameter.ParameterType == typeof(Action<RedisChannel, RedisValue>));
            switch (targetMethod.Name)
            {
                case nameof(ISubscriber.SubscribeAsync) when takesHandler:
                    Interlocked.Increment(ref _handlers);
                    return new TaskCompletionSource().Task;
                case nameof(ISubscriber.SubscribeAsync):
                    Interlocked.Increment(ref _queues);
                    return new TaskCompletionSource<ChannelMessageQueue>().Task;
                case nameof(ISubscriber.UnsubscribeAsync):
                    Interlocked.Decrement(ref _handlers);
                    Interlocked.Increment(ref _ended);
                    return Task.CompletedTask;
                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }
}
