using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>
/// Notices what another program appends without the publish signal: each second one look at the newest entry of all topics that
/// are watched, together. It raises the signal of a topic that has a new one; when Redis does not answer, those of all, so that
/// each consumer finds out.
/// </summary>
internal sealed class AppendWatch(IConnectionMultiplexer redis, PublishSignal signal, TimeSpan bound, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Watched> _topics = new(StringComparer.Ordinal);
    private CancellationTokenSource? _running;

    /// <summary>Watches the topic until it is disposed.</summary>
    public IDisposable Begin(string topic)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(topic, out var watched))
                _topics[topic] = watched = new Watched();
            watched.Watchers++;
            if (_running is null)
            {
                _running = new CancellationTokenSource();
                _ = RunAsync(_running.Token);
            }
        }

        return new Watch(this, topic);
    }

    private void End(string topic)
    {
        lock (_lock)
        {
            if (--_topics[topic].Watchers == 0)
                _topics.Remove(topic);
            if (_topics.Count > 0)
                return;
            _running?.Cancel();
            _running = null;
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Every, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return;
            List<KeyValuePair<string, Watched>> topics;
            lock (_lock)
                topics = [.. _topics];
            try
            {
                await LookAsync(topics);
            }
            catch (Exception e) when (RedisFailure.Is(e))
            {
                foreach (var (topic, _) in topics)
                    signal.Raise(topic);
            }
        }
    }

    // At rest one call, which gives nothing.
    private async Task LookAsync(List<KeyValuePair<string, Watched>> topics)
    {
        var positions = topics.Select(topic => new StreamPosition(RedisEventStream.Key(topic.Key), topic.Value.Newest)).ToList();
        var streams = redis.IsCluster() ?? true
            ? await Task.WhenAll(positions.Select(position => ReadAsync([position])))
            : [await ReadAsync([.. positions])];
        var filled = streams.SelectMany(found => found).Where(stream => stream.Entries.Length > 0).Select(stream => stream.Key).ToHashSet();
        foreach (var (topic, watched) in topics.Where(topic => filled.Contains(RedisEventStream.Key(topic.Key))))
        {
            // Trimmed in between, it is seen with the next look.
            if (await redis.GetDatabase().StreamRangeAsync(RedisEventStream.Key(topic), count: 1, messageOrder: Order.Descending).WithinAsync(bound, time, CancellationToken.None) is [var newest])
                watched.Newest = newest.Id;
            signal.Raise(topic);
        }
    }

    private Task<RedisStream[]> ReadAsync(StreamPosition[] positions) =>
        redis.GetDatabase().StreamReadAsync(positions, countPerStream: 1).WithinAsync(bound, time, CancellationToken.None);

    /// <summary>A topic with the position of the newest entry that was seen.</summary>
    private sealed class Watched
    {
        public int Watchers { get; set; }

        public RedisValue Newest { get; set; } = "0-0";
    }

    private sealed class Watch(AppendWatch watch, string topic) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                watch.End(topic);
        }
    }
}
