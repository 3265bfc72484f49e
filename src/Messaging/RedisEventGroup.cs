using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>Consumer groups of the streams of <see cref="RedisEventStream"/>.</summary>
internal sealed class RedisEventGroup : IEventGroup
{
    private const string Oldest = "0-0";

    /// <summary>What XINFO gives, by name.</summary>
    private const string Fields =
        """
        local function fields(list)
            local map = {}
            for i = 1, #list, 2 do map[list[i]] = list[i + 1] end
            return map
        end

        """;

    /// <summary>
    /// Reads, and counts the entries that were trimmed before the group came to them. Redis 7.0 does not count those as
    /// read, so the position of the group is set to the oldest entry kept. Redis 6 does not count entries at all.
    /// KEYS: the stream. ARGV: group, consumer, entries at most. Gives the number of entries lost, and the entries.
    /// </summary>
    private const string ReadScript =
        Fields +
        """
        local function before(left, right)
            local ms, sequence = string.match(left, '(%d+)-(%d+)')
            local otherMs, otherSequence = string.match(right, '(%d+)-(%d+)')
            if ms ~= otherMs then return tonumber(ms) < tonumber(otherMs) end
            return tonumber(sequence) < tonumber(otherSequence)
        end
        local lost = 0
        local info, groups = redis.pcall('XINFO', 'STREAM', KEYS[1]), redis.pcall('XINFO', 'GROUPS', KEYS[1])
        if not info.err and not groups.err then
            local stream = fields(info)
            local first = stream['first-entry']
            for _, each in ipairs(groups) do
                local group = fields(each)
                if group['name'] == ARGV[1] and first and stream['entries-added'] and group['entries-read']
                    and before(group['last-delivered-id'], first[1]) then
                    local trimmed = stream['entries-added'] - stream['length']
                    lost = math.max(trimmed - group['entries-read'], 0)
                    if lost > 0 then
                        redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], group['last-delivered-id'], 'ENTRIESREAD', trimmed)
                    end
                end
            end
        end
        local read = redis.pcall('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], '>')
        if read and read.err then return read end
        return {lost, read and read[1][2] or {}}
        """;

    /// <summary>
    /// In one step, so that a consumer that comes back in between loses nothing. Redis 7.0 forgets after a restart how many entries a group
    /// has read, and may guess wrong; a group that is at the end of the stream has read all.
    /// KEYS: the stream. ARGV: group, milliseconds after which a consumer is gone. Gives how many entries the group is
    /// behind and how many its consumers hold; nothing without the group.
    /// </summary>
    private const string TidyScript =
        Fields +
        """
        local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
        if groups.err then return {} end
        for _, each in ipairs(groups) do
            local group = fields(each)
            if group['name'] == ARGV[1] then
                for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
                    local consumer = fields(one)
                    if consumer['pending'] == 0 and consumer['idle'] > tonumber(ARGV[2]) then
                        redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
                    end
                end
                local stream = fields(redis.call('XINFO', 'STREAM', KEYS[1]))
                if group['last-delivered-id'] == stream['last-generated-id'] then
                    if stream['entries-added'] and group['lag'] ~= 0 then
                        redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], group['last-delivered-id'], 'ENTRIESREAD', stream['entries-added'])
                    end
                    return {0, group['pending']}
                end
                local lag = group['lag'] or #redis.call('XRANGE', KEYS[1], '(' .. group['last-delivered-id'], '+', 'COUNT', 10000)
                return {lag, group['pending']}
            end
        end
        return {}
        """;

    private readonly IConnectionMultiplexer _redis;
    private readonly EventStreamOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisEventGroup> _logger;
    private readonly PublishSignal _published;
    private readonly AppendWatch _appended;

    public RedisEventGroup(IConnectionMultiplexer redis, IOptions<EventStreamOptions> options, TimeProvider time, ILogger<RedisEventGroup> logger)
    {
        (_redis, _options, _time, _logger) = (redis, options.Value, time, logger);
        _published = new PublishSignal(redis, _options.CallBound, logger);
        _appended = new AppendWatch(redis, _published, _options.CallBound, time);
    }

    public Task PublishedAsync(string topic) => _published.NextAsync(topic);

    public IDisposable Watch(string topic) => _appended.Begin(topic);

    public Task<IReadOnlyList<GroupEntry>> ReadAsync(
        string topic, string group, string consumer, int max, CancellationToken cancellationToken) => WithGroupAsync<IReadOnlyList<GroupEntry>>(
            topic,
            group,
            async key =>
            {
                var answer = (RedisResult[])(await BoundAsync(Database.ScriptEvaluateAsync(ReadScript, [key], [group, consumer, max]), cancellationToken))!;
                if ((long)answer[0] is > 0 and var lost)
                {
                    GroupMetrics.Missed(topic, group, lost);
                    _logger.EntriesLost(topic, group, lost);
                }

                return [.. ((RedisResult[])answer[1]!).Select(entry => Read(topic, Entry((RedisResult[])entry!), deliveries: 1))];
            },
            cancellationToken);

    public Task<ClaimedEntries> ClaimAsync(
        string topic, string group, string consumer, TimeSpan heldFor, string? from, int max, CancellationToken cancellationToken) => WithGroupAsync(
            topic,
            group,
            async key =>
            {
                var claimed = await BoundAsync(
                    Database.StreamAutoClaimAsync(key, group, consumer, (long)heldFor.TotalMilliseconds, from ?? Oldest, max), cancellationToken);
                var next = claimed.NextStartId.ToString() is var at && at == Oldest ? null : at;
                var entries = claimed.ClaimedEntries.Where(e => !e.IsNull).ToList();
                if (entries.Count == 0)
                    return new ClaimedEntries([], next);
                var pending = await BoundAsync(
                    Database.StreamPendingMessagesAsync(key, group, max, consumer, entries[0].Id, entries[^1].Id), cancellationToken);
                var deliveries = pending.ToDictionary(p => p.MessageId.ToString(), p => p.DeliveryCount, StringComparer.Ordinal);
                return new ClaimedEntries([.. entries.Select(e => Read(topic, e, deliveries.GetValueOrDefault(e.Id.ToString(), 2)))], next);
            },
            cancellationToken);

    public async Task AcknowledgeAsync(string topic, string group, IReadOnlyCollection<string> positions, CancellationToken cancellationToken)
    {
        if (positions.Count > 0)
            await BoundAsync(Database.StreamAcknowledgeAsync(RedisEventStream.Key(topic), group, [.. positions.Select(p => (RedisValue)p)]), cancellationToken);
    }

    public async Task TidyAsync(string topic, string group, CancellationToken cancellationToken)
    {
        var gone = (long)_options.ForgetConsumersAfter.TotalMilliseconds;
        var state = (RedisResult[])(await BoundAsync(
            Database.ScriptEvaluateAsync(TidyScript, [RedisEventStream.Key(topic)], [group, gone]), cancellationToken))!;
        if (state.Length == 0)
            return;
        GroupMetrics.Measured(topic, group, lag: (long)state[0], pending: (long)state[1]);
    }

    private IDatabase Database => _redis.GetDatabase();

    private async Task<T> WithGroupAsync<T>(string topic, string group, Func<RedisKey, Task<T>> read, CancellationToken cancellationToken)
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
            await BoundAsync(Database.StreamCreateConsumerGroupAsync(key, group, Oldest, createStream: true), cancellationToken);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // Another consumer was first.
        }
    }

    private static StreamEntry Entry(RedisResult[] entry) => new(
        (RedisValue)entry[0], [.. ((RedisValue[])entry[1]!).Chunk(2).Select(field => new NameValueEntry(field[0], field[1]))]);

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
        call.WithinAsync(_options.CallBound, _time, cancellationToken);
}
