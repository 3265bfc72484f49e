using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>Consumer groups of the streams of <see cref="RedisEventStream"/>.</summary>
internal sealed class RedisEventGroup(IConnectionMultiplexer redis, IOptions<EventStreamOptions> options, TimeProvider time) : IEventGroup
{
    public Task<IReadOnlyList<GroupEntry>> ReadAsync(
        string topic, string group, string consumer, int max, CancellationToken cancellationToken) => WithGroupAsync(
            topic,
            group,
            async key =>
            {
                var entries = await BoundAsync(Database.StreamReadGroupAsync(key, group, consumer, ">", max), cancellationToken);
                return [.. entries.Select(e => Read(topic, e, deliveries: 1))];
            },
            cancellationToken);

    public Task<IReadOnlyList<GroupEntry>> ClaimAsync(
        string topic, string group, string consumer, TimeSpan heldFor, int max, CancellationToken cancellationToken) => WithGroupAsync(
            topic,
            group,
            async key =>
            {
                var claimed = await BoundAsync(
                    Database.StreamAutoClaimAsync(key, group, consumer, (long)heldFor.TotalMilliseconds, "0-0", max), cancellationToken);
                var entries = claimed.ClaimedEntries.Where(e => !e.IsNull).ToList();
                if (entries.Count == 0)
                    return [];
                var pending = await BoundAsync(
                    Database.StreamPendingMessagesAsync(key, group, max, consumer, entries[0].Id, entries[^1].Id), cancellationToken);
                var deliveries = pending.ToDictionary(p => p.MessageId.ToString(), p => p.DeliveryCount, StringComparer.Ordinal);
                return [.. entries.Select(e => Read(topic, e, deliveries.GetValueOrDefault(e.Id.ToString(), 2)))];
            },
            cancellationToken);

    public async Task AcknowledgeAsync(string topic, string group, IReadOnlyCollection<string> positions, CancellationToken cancellationToken)
    {
        if (positions.Count > 0)
            await BoundAsync(Database.StreamAcknowledgeAsync(RedisEventStream.Key(topic), group, [.. positions.Select(p => (RedisValue)p)]), cancellationToken);
    }

    private IDatabase Database => redis.GetDatabase();

    private async Task<IReadOnlyList<GroupEntry>> WithGroupAsync(
        string topic, string group, Func<RedisKey, Task<IReadOnlyList<GroupEntry>>> read, CancellationToken cancellationToken)
    {
        var key = RedisEventStream.Key(topic);
        try
        {
            return await read(key);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOGROUP", StringComparison.Ordinal))
        {
            await CreateAsync(key, group, cancellationToken);
            return await read(key);
        }
    }

    private async Task CreateAsync(RedisKey key, string group, CancellationToken cancellationToken)
    {
        try
        {
            await BoundAsync(Database.StreamCreateConsumerGroupAsync(key, group, "0-0", createStream: true), cancellationToken);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // Another consumer was first.
        }
    }

    private static GroupEntry Read(string topic, StreamEntry entry, int deliveries)
    {
        var (format, body) = (entry["event"], entry["envelope"]) switch
        {
            ({ IsNull: false } written, _) => (EntryFormat.Event, written),
            (_, { IsNull: false } envelope) => (EntryFormat.Envelope, envelope),
            _ => (EntryFormat.Unknown, RedisValue.EmptyString),
        };
        return new GroupEntry(topic, entry.Id.ToString(), format, (byte[]?)body ?? [], deliveries);
    }

    private Task<T> BoundAsync<T>(Task<T> call, CancellationToken cancellationToken) =>
        call.WithinAsync(options.Value.CallBound, time, cancellationToken);
}
