using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Events.V1;
using StackExchange.Redis;

namespace Pylon.Messaging.Tests;

/// <summary>An event stream of a test's own connection, and the events to put in.</summary>
internal sealed class Streams : IAsyncDisposable
{
    private Streams(ConnectionMultiplexer redis, EventStreamOptions options)
    {
        Redis = redis;
        Stream = new RedisEventStream(
            redis, Options.Create(options), TimeProvider.System, NullLogger<RedisEventStream>.Instance);
    }

    public ConnectionMultiplexer Redis { get; }

    public RedisEventStream Stream { get; }

    public static async Task<Streams> ConnectAsync(string address, EventStreamOptions? options = null) => new(
        await ConnectionMultiplexer.ConnectAsync(RedisConnection.Options(address)), options ?? new EventStreamOptions());

    public static Event Event(int number) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Source = "pylon/test",
        Type = "pylon.workload.queued.v1",
        Subject = $"{number}",
        WorkloadQueued = new WorkloadQueued { WorkloadId = $"{number}" },
    };

    public static Event[] Events(int from, int count) => [.. Enumerable.Range(from, count).Select(Event)];

    /// <summary>Everything of a topic, from its start.</summary>
    public async Task<IReadOnlyList<StreamedEvent>> AllAsync(string topic) => await Stream.ReadAsync(
        new Dictionary<string, string> { [topic] = Stream.Start }, 1_000_000, CancellationToken.None);

    public ValueTask DisposeAsync() => Redis.DisposeAsync();
}
