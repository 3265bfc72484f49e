using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Pylon.Messaging.Kafka;

/// <summary>Reads records that are there. The library waits on the calling thread, so only a few reads run at once.</summary>
internal sealed class KafkaReader(KafkaCluster cluster, TimeProvider time) : IDisposable
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly ConcurrentBag<IConsumer<byte[], byte[]>> _idle = [];

    /// <summary>A consumer that commits nothing and is in no group: its position is the caller's.</summary>
    public IConsumer<byte[], byte[]> Open() => new ConsumerBuilder<byte[], byte[]>(cluster.Config(new ConsumerConfig
    {
        // The library wants one; only a subscription would use it.
        GroupId = "pylon.readers",
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        EnablePartitionEof = true,
        FetchWaitMaxMs = 20,
        QueuedMinMessages = 1_000,
    })).SetLogHandler(cluster.Log).SetErrorHandler(cluster.Log).Build();

    /// <summary>The records of the ranges; fewer where they were removed meanwhile.</summary>
    public async Task<IReadOnlyList<ConsumeResult<byte[], byte[]>>> ReadAsync(IReadOnlyCollection<KafkaRange> ranges, CancellationToken cancellationToken)
    {
        if (ranges.Count == 0)
            return [];
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Read(ranges, cancellationToken), cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var consumer))
            consumer.Dispose();
        _turns.Dispose();
    }

    private List<ConsumeResult<byte[], byte[]>> Read(IReadOnlyCollection<KafkaRange> ranges, CancellationToken cancellationToken)
    {
        var consumer = _idle.TryTake(out var idle) ? idle : Open();
        var isGood = false;
        try
        {
            consumer.Assign(ranges.Select(range => new TopicPartitionOffset(range.Partition, range.From)));
            var read = ReadAssigned(consumer, ranges, cancellationToken);
            consumer.Unassign();
            isGood = true;
            return read;
        }
        finally
        {
            if (isGood)
                _idle.Add(consumer);
            else
                consumer.Dispose();
        }
    }

    private List<ConsumeResult<byte[], byte[]>> ReadAssigned(IConsumer<byte[], byte[]> consumer, IReadOnlyCollection<KafkaRange> ranges, CancellationToken cancellationToken)
    {
        var (read, open) = (new List<ConsumeResult<byte[], byte[]>>(), ranges.ToDictionary(range => range.Partition));
        for (var began = time.GetTimestamp(); open.Count > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(began) > cluster.Bound)
                throw new TimeoutException($"The brokers did not give the records within {cluster.Bound}.");
            try
            {
                if (consumer.Consume(Slice) is not { } next || !open.TryGetValue(next.TopicPartition, out var range))
                    continue;
                if (!next.IsPartitionEOF && next.Offset.Value >= range.From && next.Offset.Value < range.To)
                    read.Add(next);
                if (next.IsPartitionEOF || next.Offset.Value >= range.To - 1)
                    open.Remove(next.TopicPartition);
            }
            catch (ConsumeException e) when (e.Error.Code == ErrorCode.Local_AutoOffsetReset && e.ConsumerRecord is { } record)
            {
                open.Remove(record.TopicPartition);
            }
        }

        return read;
    }
}

/// <summary>Records of a partition: from an offset on, and not that of the end.</summary>
internal sealed record KafkaRange(TopicPartition Partition, long From, long To);
