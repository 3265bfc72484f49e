using System.Runtime.CompilerServices;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pylon.Events.V1;
using Pylon.Postgres;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>
/// One Redis stream for each topic, <c>pylon:events:&lt;topic&gt;</c>, whose entries hold the event in binary in the
/// field <c>event</c>. Works on a cluster: no command touches two topics.
/// </summary>
internal sealed class RedisEventStream(
    IConnectionMultiplexer redis,
    IOptions<EventStreamOptions> options,
    TimeProvider time,
    ILogger<RedisEventStream> logger) : ILineStream
{
    private const int MaxPerRead = 500;
    private const int MaxPerCall = 100;
    private const int MaxBytesPerCall = 1024 * 1024;
    private static readonly TimeSpan LongestCopy = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A call appends all of its events or none, so an outage between two calls never changes their order. An id that
    /// was published lately is skipped: a publisher that does not know the outcome repeats the call.
    /// KEYS: the stream, and for each event the mark of its id, in the same cluster slot.
    /// ARGV: seconds that a mark lives, events kept, channel of the publish signal, topic, fields of an entry, then the fields' values.
    /// </summary>
    private const string Append =
        """
        local width = tonumber(ARGV[5])
        local added = 0
        for i = 2, #KEYS do
            if redis.call('SET', KEYS[i], '1', 'NX', 'EX', ARGV[1]) then
                local at = 6 + (i - 2) * width
                redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, at, at + width - 1))
                added = added + 1
            end
        end
        if added > 0 then
            redis.call('PUBLISH', ARGV[3], ARGV[4])
        end
        return added
        """;

    private readonly EventStreamOptions _options = options.Value;
    private readonly PublishSignal _published = new(redis, options.Value.CallBound, logger);

    public string Start => RedisPosition.Start.ToString();

    public Task PublishAsync(string topic, IReadOnlyList<Event> events, CancellationToken cancellationToken) =>
        AppendAsync(topic, events.Select(e => new Entry(e.Id, ["event", e.ToByteArray()])), cancellationToken);

    public Task PublishDeadLettersAsync(
        string topic, IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => AppendAsync(
            Topic.DeadLetters(topic),
            letters.Select(l => new Entry(
                l.Event.Id,
                ["event", l.Event.ToByteArray(), "reason", l.Reason, "original", l.Original, .. l.Envelope.IsEmpty ? (RedisValue[])[] : ["envelope", l.Envelope]])),
            cancellationToken);

    public Task PublishEnvelopesAsync(string topic, IReadOnlyList<Envelope> envelopes, CancellationToken cancellationToken) =>
        AppendAsync(topic, envelopes.Select(e => new Entry(e.Id, ["envelope", e.Json])), cancellationToken);

    public async Task<IReadOnlyList<StreamedEvent>> ReadAsync(
        IReadOnlyDictionary<string, string> positions, int maxPerTopic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(positions);
        var reads = positions.Select(async p => (
            Topic: p.Key,
            Entries: await Database.StreamReadAsync(Key(p.Key), Parse(p.Value).ToString(), maxPerTopic)));
        var topics = await BoundAsync(Task.WhenAll(reads), cancellationToken);
        return [.. topics.SelectMany(t => t.Entries.Select(e => Read(t.Topic, e)))];
    }

    public async IAsyncEnumerable<StreamedEvent> FollowAsync(
        IReadOnlyDictionary<string, string> from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        foreach (var position in from.Values)
            Parse(position);
        var positions = new Dictionary<string, string>(from, StringComparer.Ordinal);
        var known = new HashSet<(string Topic, string Position)>();
        var pause = TimeSpan.Zero;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var published = _published.NextAsync();
            IReadOnlyList<StreamedEvent> batch = [];
            try
            {
                // Sent together: the second costs no round trip.
                var reading = ReadAsync(positions, MaxPerRead, cancellationToken);
                var missing = MissingAsync(positions, cancellationToken);
                batch = await reading;
                var lost = await missing;
                if (positions.Where(at => at.Value != Start && lost.Contains(at.Key)).Any(at => !known.Contains((at.Key, at.Value))))
                {
                    batch = [.. await LostAsync(positions, batch, cancellationToken), .. batch];
                    known = [.. positions.Select(at => (at.Key, at.Value))];
                }

                if (pause > TimeSpan.Zero)
                    logger.FollowingAgain();
                pause = TimeSpan.Zero;
            }
            catch (Exception e) when (RedisFailure.Is(e))
            {
                if (pause == TimeSpan.Zero)
                    logger.FollowingInterrupted(e);
                pause = GrowingPause.After(pause);
            }

            foreach (var streamed in batch)
            {
                positions[streamed.Topic] = streamed.Position;
                yield return streamed;
            }

            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, cancellationToken);
            else if (batch.Count == 0)
                await published.EndsWithinAsync(_options.Poll, time, cancellationToken);
        }
    }

    public async Task<IReadOnlySet<string>> MissingAsync(IReadOnlyDictionary<string, string> positions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(positions);
        var reads = positions.Select(async at => (Topic: at.Key, Found: await Database.StreamRangeAsync(Key(at.Key), at.Value, at.Value, count: 1)));
        var found = await BoundAsync(Task.WhenAll(reads), cancellationToken);
        return found.Where(each => each.Found.Length == 0).Select(each => each.Topic).ToHashSet(StringComparer.Ordinal);
    }

    // The follower keeps its place, whatever was lost: what comes is later.
    private async Task<IEnumerable<StreamedEvent>> LostAsync(
        Dictionary<string, string> positions, IReadOnlyList<StreamedEvent> batch, CancellationToken cancellationToken)
    {
        ILineStream line = this;
        var gaps = await line.GapsAsync(positions, batch, cancellationToken);
        return gaps.Select(gap => new StreamedEvent(gap.Key, line.Furthest(positions[gap.Key], gap.Value), new Event(), IsGap: true));
    }

    public async Task<IReadOnlyDictionary<string, string>> TailAsync(
        IReadOnlyCollection<string> topics, CancellationToken cancellationToken) => await EachAsync(
            topics,
            async key =>
            {
                var last = await Database.StreamRangeAsync(key, count: 1, messageOrder: Order.Descending);
                return last.Length == 0 ? RedisPosition.Start : Parse(last[0].Id.ToString());
            },
            cancellationToken);

    public async Task<IReadOnlyDictionary<string, string>> OldestAsync(
        IReadOnlyCollection<string> topics, CancellationToken cancellationToken) => await EachAsync(
            topics,
            async key =>
            {
                var info = (RedisResult[])(await Database.ScriptEvaluateAsync(
                    "return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('XINFO', 'STREAM', KEYS[1]) or {}", [key]))!;
                return Oldest(info);
            },
            cancellationToken);

    public bool TryCompare(string left, string right, out int order)
    {
        order = 0;
        if (!RedisPosition.TryParse(left, out var one) || !RedisPosition.TryParse(right, out var other))
            return false;
        order = one.Compare(other);
        return true;
    }

    private IDatabase Database => redis.GetDatabase();

    internal static RedisKey Key(string topic) => $"pylon:events:{topic}";

    private static RedisKey Mark(string topic, string id) => $"{{pylon:events:{topic}}}:seen:{id}";

    private static RedisPosition Parse(string position) => RedisPosition.TryParse(position, out var parsed)
        ? parsed
        : throw new FormatException($"'{position}' is not a position of the event stream.");

    private async Task AppendAsync(string topic, IEnumerable<Entry> entries, CancellationToken cancellationToken)
    {
        foreach (var call in Calls(entries))
        {
            RedisKey[] keys = [Key(topic), .. call.Select(e => Mark(topic, e.Id))];
            RedisValue[] values =
            [
                (long)_options.DedupWindow.TotalSeconds, _options.MaxLength, PublishSignal.Channel.ToString(), topic,
                call[0].Fields.Length, .. call.SelectMany(e => e.Fields),
            ];
            await BoundAsync(Database.ScriptEvaluateAsync(Append, keys, values), cancellationToken);
            await CopiedAsync(keys[0], cancellationToken);
        }
    }

    // A replica that takes the place of its master has what it has copied, and nobody publishes again what is published. While
    // the replica is away, an event is as safe as its master.
    private async Task CopiedAsync(RedisKey key, CancellationToken cancellationToken)
    {
        if (redis.IsCluster() != true)
            return;
        var nodes = redis.GetServers().Where(server => server.IsConnected).Select(server => server.ClusterConfiguration).FirstOrDefault(found => found is not null);
        if (nodes?.GetBySlot(key) is { EndPoint: { } master, Children.Count: > 0 })
            await BoundAsync(redis.GetServer(master).ExecuteAsync("WAIT", 1, (int)LongestCopy.TotalMilliseconds), cancellationToken);
    }

    /// <summary>The entries in pieces that Redis handles at once without keeping others waiting.</summary>
    private static IEnumerable<List<Entry>> Calls(IEnumerable<Entry> entries)
    {
        var call = new List<Entry>();
        long bytes = 0;
        foreach (var entry in entries)
        {
            var size = entry.Fields.Sum(f => f.Length());
            if (call.Count == MaxPerCall || (call.Count > 0 && (bytes + size > MaxBytesPerCall || call[0].Fields.Length != entry.Fields.Length)))
            {
                yield return call;
                (call, bytes) = ([], 0);
            }

            call.Add(entry);
            bytes += size;
        }

        if (call.Count > 0)
            yield return call;
    }

    private static StreamedEvent Read(string topic, StreamEntry entry)
    {
        var position = entry.Id.ToString();
        var bytes = (byte[]?)entry["event"] ?? [];
        try
        {
            var read = Event.Parser.ParseFrom(bytes);
            return entry["reason"] is { IsNull: false } reason
                ? new(topic, position, read, new DeadLetter(read, reason.ToString(), (byte[]?)entry["original"] ?? [], (byte[]?)entry["envelope"] ?? []))
                : new(topic, position, read);
        }
        catch (InvalidProtocolBufferException e)
        {
            // An entry of another writer. It has a position like any other, or a reader would never get past it.
            var nothing = new Event();
            return new(topic, position, nothing, new DeadLetter(nothing, $"The entry is not an event: {e.Message}", bytes));
        }
    }

    private static RedisPosition Oldest(RedisResult[] info)
    {
        var fields = info.Chunk(2).ToDictionary(p => p[0].ToString(), p => p[1], StringComparer.Ordinal);
        if (fields.Count == 0)
            return RedisPosition.Start;
        var length = (long)fields["length"];
        // Redis 6 does not count what was added; there a trimmed event counts as missed.
        if (fields.TryGetValue("entries-added", out var added) && (long)added == length)
            return RedisPosition.Start;
        return length == 0
            ? Parse(fields["last-generated-id"].ToString())
            : Parse(((RedisResult[])fields["first-entry"]!)[0].ToString()).Previous;
    }

    private async Task<IReadOnlyDictionary<string, string>> EachAsync(
        IReadOnlyCollection<string> topics, Func<RedisKey, Task<RedisPosition>> find, CancellationToken cancellationToken)
    {
        var found = topics.Distinct(StringComparer.Ordinal)
            .Select(async topic => KeyValuePair.Create(topic, (await find(Key(topic))).ToString()));
        return new Dictionary<string, string>(
            await BoundAsync(Task.WhenAll(found), cancellationToken), StringComparer.Ordinal);
    }

    // A call can be lost with its connection; the bound ends the wait for it.
    private Task<T> BoundAsync<T>(Task<T> call, CancellationToken cancellationToken) =>
        call.WithinAsync(_options.CallBound, time, cancellationToken);

    private sealed record Entry(string Id, RedisValue[] Fields);
}
