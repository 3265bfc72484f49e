using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Pylon.Messaging.Kafka;

/// <summary>
/// Appends records, those of a key in the order given, when all brokers in sync have them. What was published lately, by whichever
/// process, is not published again: before it writes, it reads what others have written since, and at first the newest records.
/// </summary>
internal sealed class KafkaWriter(KafkaCluster cluster, KafkaReader reader, PublishTurn turns) : IDisposable
{
    // Records of a partition in which a repeated one is recognised. A publisher that died repeats its last batch, some hundreds.
    private const int Window = 5_000;

    private readonly ConcurrentDictionary<string, Published> _published = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private IProducer<byte[], byte[]>? _producer;

    /// <param name="topic">Its name at the brokers.</param>
    /// <param name="records">Each with an id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PublishAsync(string topic, IReadOnlyList<KafkaRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return;
        var published = _published.GetOrAdd(topic, _ => new Published());
        await published.Turn.WaitAsync(cancellationToken);
        try
        {
            await using var turn = await turns.TakeAsync(topic, cancellationToken);
            await LookAsync(topic, published, cancellationToken);
            var added = records.DistinctBy(record => record.Id, StringComparer.Ordinal).Where(record => !published.Has(record.Id)).ToList();
            var written = await WriteAsync(topic, added, cancellationToken);
            published.Wrote(added, written);
        }
        finally
        {
            published.Turn.Release();
        }
    }

    public void Dispose() => Take()?.Dispose();

    private async Task LookAsync(string topic, Published published, CancellationToken cancellationToken)
    {
        var partitions = await cluster.AllPartitionsAsync([topic], cancellationToken);
        var ends = await cluster.EndsAsync(partitions, cancellationToken);
        var behind = partitions.Where(partition => published.Next(partition) != ends[partition]).ToList();
        if (behind.Count == 0)
            return;
        var kept = await cluster.KeptAsync(behind, cancellationToken);
        var ranges = behind
            .Select(partition => new KafkaRange(partition, From(kept[partition], published.Next(partition)), kept[partition].High))
            .Where(range => range.From < range.To).ToList();
        foreach (var record in await reader.ReadAsync(ranges, cancellationToken))
            published.Add(KafkaRecord.IdOf(record));
        foreach (var partition in behind)
            published.ReadTo(partition, kept[partition].High);

        // A next record after the end is of a topic that was lost and began anew.
        static long From((long Low, long High) kept, long next) => Math.Max(Math.Max(kept.Low, kept.High - Window), next > kept.High ? 0 : next);
    }

    private async Task<IReadOnlyList<TopicPartitionOffset>> WriteAsync(string topic, IReadOnlyCollection<KafkaRecord> records, CancellationToken cancellationToken)
    {
        try
        {
            // They are in the queue of the library, in this order, before the first is waited for.
            var producer = Producer();
            var sent = records.Select(record => producer.ProduceAsync(topic, record.Message, CancellationToken.None)).ToList();
            var written = await Task.WhenAll(sent).WaitAsync(cancellationToken);
            return [.. written.Select(each => each.TopicPartitionOffset)];
        }
        catch
        {
            // It guarantees no gaps, so after a record that it gave up it takes no more; a new one goes on. What it wrote is seen by the next look.
            _ = DropAsync(Take());
            throw;
        }
    }

    private IProducer<byte[], byte[]> Producer()
    {
        lock (_gate)
        {
            return _producer ??= new ProducerBuilder<byte[], byte[]>(cluster.Config(new ProducerConfig
            {
                Acks = Acks.All,
                EnableIdempotence = true,
                EnableGaplessGuarantee = true,
                LingerMs = 1,
                CompressionType = CompressionType.Lz4,
                // That of other systems' clients: a key goes to the same partition, whoever writes.
                Partitioner = Confluent.Kafka.Partitioner.Murmur2Random,
                MessageTimeoutMs = (int)cluster.Bound.TotalMilliseconds,
                MessageMaxBytes = cluster.Options.MaxEventBytes + 100_000,
            })).SetLogHandler(cluster.Log).SetErrorHandler(cluster.Log).Build();
        }
    }

    private IProducer<byte[], byte[]>? Take()
    {
        lock (_gate)
        {
            var producer = _producer;
            _producer = null;
            return producer;
        }
    }

    // It waits for its threads.
    private static Task DropAsync(IProducer<byte[], byte[]>? producer) => Task.Run(() => producer?.Dispose());

    /// <summary>The ids that were published lately on a topic.</summary>
    private sealed class Published
    {
        private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
        private readonly Queue<string> _order = [];
        private readonly Dictionary<TopicPartition, long> _next = [];

        public SemaphoreSlim Turn { get; } = new(1);

        public bool Has(string id) => _ids.Contains(id);

        /// <summary>Up to where the partition is known; -1 before the first look.</summary>
        public long Next(TopicPartition partition) => _next.GetValueOrDefault(partition, -1);

        public void ReadTo(TopicPartition partition, long next) => _next[partition] = next;

        public void Add(string? id)
        {
            if (id is null || !_ids.Add(id))
                return;
            _order.Enqueue(id);
            if (_order.Count > Window * Math.Max(1, _next.Count))
                _ids.Remove(_order.Dequeue());
        }

        public void Wrote(IEnumerable<KafkaRecord> records, IEnumerable<TopicPartitionOffset> at)
        {
            foreach (var record in records)
                Add(record.Id);
            // Where others wrote in between, the next look reads it.
            foreach (var partition in at.GroupBy(each => each.TopicPartition, each => each.Offset.Value))
            {
                if (partition.Min() == Next(partition.Key) && partition.Max() == Next(partition.Key) + partition.Count() - 1)
                    _next[partition.Key] = partition.Max() + 1;
            }
        }
    }
}
