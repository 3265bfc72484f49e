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

    private async Task LookAsync(List<KeyValuePair<string, Watched>> topics)
    {
        var database = redis.GetDatabase();
        var reads = topics.ConvertAll(topic => database.StreamRangeAsync(RedisEventStream.Key(topic.Key), count: 1, messageOrder: Order.Descending));
        // The answers come in order: with the last one the others are there, and this wakes once.
        for (var n = reads.Count - 1; n >= 0; n--)
        {
            var newest = await reads[n].WithinAsync(bound, time, CancellationToken.None) is [var entry] ? entry.Id.ToString() : null;
            var (topic, watched) = topics[n];
            if (newest == watched.Newest)
                continue;
            watched.Newest = newest;
            signal.Raise(topic);
        }
    }

    /// <summary>A topic with the position of the newest entry that was seen.</summary>
    private sealed class Watched
    {
        public int Watchers { get; set; }

        public string? Newest { get; set; }
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
