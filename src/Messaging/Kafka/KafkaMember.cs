using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Pylon.Messaging.Kafka;

/// <summary>
/// One consumer of a group: it has some of the partitions of the topic, all while it is alone. A thread of its own fetches records
/// ahead and keeps the place in the group. What was given and is not acknowledged stays here and is given again; what was
/// acknowledged is committed up to the first record that is not. So after a crash records come again that were processed.
/// </summary>
internal sealed class KafkaMember : IDisposable
{
    // Records ahead or unfinished; with so many it fetches no more.
    private const int MostHeld = 5_000;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly KafkaCluster _cluster;
    private readonly string _topic;
    private readonly string _group;
    private readonly Action _arrived;
    private readonly Action<long> _lost;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Share> _shares = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly Thread _thread;
    private Exception? _failure;

    // Null when partitions have come: they flow, or are paused since they were here before. Of the thread alone.
    private bool? _paused = false;

    /// <param name="cluster">The brokers.</param>
    /// <param name="topic">Its name at the brokers.</param>
    /// <param name="group">Its name at the brokers.</param>
    /// <param name="arrived">Called when there is something to read.</param>
    /// <param name="lost">Called with the number of records that were removed before the group read them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Takes what goes wrong.</param>
    public KafkaMember(KafkaCluster cluster, string topic, string group, Action arrived, Action<long> lost, TimeProvider time, ILogger logger)
    {
        (_cluster, _topic, _group, _arrived, _lost, _time, _logger) = (cluster, topic, group, arrived, lost, time, logger);
        _consumer = new ConsumerBuilder<byte[], byte[]>(cluster.Config(new ConsumerConfig
        {
            GroupId = group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            AllowAutoCreateTopics = false,
            // Partitions that stay with a consumer are not taken from it when another one comes or goes.
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            SessionTimeoutMs = 10_000,
            HeartbeatIntervalMs = 1_000,
            FetchWaitMaxMs = 100,
        }))
            .SetLogHandler(cluster.Log)
            .SetErrorHandler(OnError)
            .SetPartitionsAssignedHandler(OnAssigned)
            .SetPartitionsRevokedHandler((_, revoked) => Forget(revoked))
            .SetPartitionsLostHandler((_, lost) => Forget(lost))
            .Build();
        _consumer.Subscribe(topic);
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka {topic} {group}" };
        _thread.Start();
    }

    /// <summary>How many partitions it has now.</summary>
    public int Partitions()
    {
        lock (_gate)
            return _shares.Count;
    }

    /// <summary>Records that were not given yet.</summary>
    public IReadOnlyList<(ConsumeResult<byte[], byte[]> Record, int Deliveries)> Read(int max)
    {
        lock (_gate)
        {
            if (_failure is { } failure && !_shares.Values.Any(share => share.HasNew))
            {
                _failure = null;
                throw failure;
            }

            var read = new List<(ConsumeResult<byte[], byte[]>, int)>();
            foreach (var share in _shares.Values)
            {
                while (read.Count < max && share.GiveNew(_time.GetTimestamp()) is { } given)
                    read.Add((given.Record, given.Deliveries));
            }

            return read;
        }
    }

    /// <summary>Records that were given so long ago and are not acknowledged, after one in the order of partitions and offsets.</summary>
    public IReadOnlyList<(ConsumeResult<byte[], byte[]> Record, int Deliveries)> GiveAgain(TimeSpan heldFor, (int Partition, long Offset)? after, int max)
    {
        lock (_gate)
        {
            var again = _shares.Values.SelectMany(share => share.Given)
                .Where(held => _time.GetElapsedTime(held.GivenAt) >= heldFor
                    && (after is not { } at || (held.Record.Partition.Value, held.Record.Offset.Value).CompareTo(at) > 0))
                .Take(max).ToList();
            foreach (var held in again)
                (held.GivenAt, held.Deliveries) = (_time.GetTimestamp(), held.Deliveries + 1);
            return [.. again.Select(held => (held.Record, held.Deliveries))];
        }
    }

    /// <summary>How many were given and are not acknowledged.</summary>
    public long Pending()
    {
        lock (_gate)
            return _shares.Values.Sum(share => (long)share.Given.Count());
    }

    /// <summary>What can be committed now goes to the brokers. A partition that is another consumer's by now is left alone.</summary>
    public void Acknowledge(IEnumerable<(int Partition, long Offset)> done)
    {
        List<TopicPartitionOffset> commits = [];
        lock (_gate)
        {
            foreach (var partition in done.GroupBy(each => each.Partition, each => each.Offset))
            {
                if (_shares.TryGetValue(partition.Key, out var share) && share.Finish(partition) is { } next)
                    commits.Add(new TopicPartitionOffset(_topic, partition.Key, next));
            }
        }

        if (commits.Count == 0)
            return;
        try
        {
            _consumer.Commit(commits);
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.RebalanceInProgress or ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.Local_NoOffset)
        {
            // The group is being shared out anew. The next commit of the partition includes these; should another consumer get it, the records come again.
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        try
        {
            // The others get its partitions at once.
            _consumer.Close();
        }
        catch (KafkaException e)
        {
            _logger.GroupInterrupted(e, _topic, _group);
        }

        _consumer.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var isFull = IsFull();
                if (isFull != _paused)
                {
                    if (isFull)
                        _consumer.Pause(_consumer.Assignment);
                    else
                        _consumer.Resume(_consumer.Assignment);
                    _paused = isFull;
                }

                if (_consumer.Consume(Slice) is { } next)
                    Take(next);
            }
            catch (KafkaException e)
            {
                Fail(e);
                _stop.Token.WaitHandle.WaitOne(Pause);
            }
        }
    }

    private bool IsFull()
    {
        lock (_gate)
            return _shares.Values.Sum(share => share.Count) >= MostHeld;
    }

    private void Take(ConsumeResult<byte[], byte[]> next)
    {
        long missed;
        lock (_gate)
        {
            _failure = null;
            if (!_shares.TryGetValue(next.Partition.Value, out var share))
                return;
            missed = share.Take(next);
        }

        // Offsets are also used up by what is no record. What is below the oldest record was one.
        if (missed > 0 && Math.Min(missed, _consumer.GetWatermarkOffsets(next.TopicPartition).Low.Value - (next.Offset.Value - missed)) is > 0 and var removed)
            _lost(removed);
        _arrived();
    }

    private IEnumerable<TopicPartitionOffset> OnAssigned(IConsumer<byte[], byte[]> consumer, List<TopicPartition> assigned)
    {
        _paused = null;
        try
        {
            return Begin(consumer, assigned);
        }
        catch (KafkaException e)
        {
            // The library finds the begin by itself; only what was lost is not counted.
            _logger.GroupInterrupted(e, _topic, _group);
            lock (_gate)
            {
                foreach (var partition in assigned)
                    _shares[partition.Partition.Value] = new Share(next: null);
            }

            return assigned.Select(partition => new TopicPartitionOffset(partition, Offset.Unset));
        }
    }

    private List<TopicPartitionOffset> Begin(IConsumer<byte[], byte[]> consumer, List<TopicPartition> assigned)
    {
        var begins = new List<TopicPartitionOffset>();
        foreach (var committed in assigned.Count == 0 ? [] : consumer.Committed(assigned, _cluster.Bound))
        {
            var kept = consumer.QueryWatermarkOffsets(committed.TopicPartition, _cluster.Bound);
            // A group that is new begins with the oldest record, and so does one whose topic was lost and began anew.
            var isKnown = committed.Offset.Value >= 0 && committed.Offset.Value <= kept.High.Value;
            var begin = isKnown ? Math.Max(committed.Offset.Value, kept.Low.Value) : kept.Low.Value;
            if (isKnown && begin > committed.Offset.Value)
                _lost(begin - committed.Offset.Value);
            lock (_gate)
                _shares[committed.Partition.Value] = new Share(begin);
            begins.Add(new TopicPartitionOffset(committed.TopicPartition, begin));
        }

        return begins;
    }

    private void Forget(IEnumerable<TopicPartitionOffset> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
                _shares.Remove(partition.Partition.Value);
        }
    }

    private void OnError(IConsumer<byte[], byte[]> consumer, Error error)
    {
        _cluster.Log(consumer, error);
        if (error.IsFatal || error.Code == ErrorCode.Local_AllBrokersDown)
            Fail(new KafkaException(error));
    }

    private void Fail(Exception failure)
    {
        lock (_gate)
            _failure = failure;
        _arrived();
    }

    private sealed class Held(ConsumeResult<byte[], byte[]> record)
    {
        public ConsumeResult<byte[], byte[]> Record { get; } = record;

        public long GivenAt { get; set; }

        /// <summary>0 is new.</summary>
        public int Deliveries { get; set; }

        public bool IsDone { get; set; }
    }

    /// <summary>The records of one partition that are not committed, by their offsets.</summary>
    /// <param name="next">The offset that comes next; null when it is not known.</param>
    private sealed class Share(long? next)
    {
        private readonly SortedDictionary<long, Held> _held = [];
        private readonly Queue<Held> _new = [];
        private long? _next = next;

        public int Count => _held.Count;

        public bool HasNew => _new.Count > 0;

        public IEnumerable<Held> Given => _held.Values.Where(held => held is { Deliveries: > 0, IsDone: false });

        /// <summary>Gives how many offsets lie between it and the one before.</summary>
        public long Take(ConsumeResult<byte[], byte[]> record)
        {
            var held = new Held(record);
            if (!_held.TryAdd(record.Offset.Value, held))
                return 0;
            _new.Enqueue(held);
            var missed = record.Offset.Value - (_next ?? record.Offset.Value);
            _next = record.Offset.Value + 1;
            return missed;
        }

        public Held? GiveNew(long now)
        {
            if (!_new.TryDequeue(out var held))
                return null;
            (held.GivenAt, held.Deliveries) = (now, 1);
            return held;
        }

        /// <summary>The offset to commit; null while an earlier record is unfinished.</summary>
        public long? Finish(IEnumerable<long> offsets)
        {
            foreach (var offset in offsets)
            {
                if (_held.TryGetValue(offset, out var held))
                    held.IsDone = true;
            }

            long? commit = null;
            foreach (var (offset, _) in _held.TakeWhile(each => each.Value.IsDone).ToList())
            {
                _held.Remove(offset);
                commit = offset + 1;
            }

            return commit;
        }
    }
}
