using System.IO.Hashing;
using System.Text;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Where a batch is in Redis. All of its keys, and the outbox that its events go to, carry the hash tag of its shard and
/// so are in one cluster slot. A shard and not a batch has the outbox, because the relay must know where to look.
/// </summary>
internal readonly struct BatchKeys
{
    /// <summary>How many there are is part of where data are: never to be changed.</summary>
    public const int Shards = 32;

    public BatchKeys(string batchId)
    {
        Shard = (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(batchId)) % Shards);
        var batch = $"{Tag(Shard)}:batch:{batchId}";
        Meta = batch;
        Items = batch + ":items";
        Loading = batch + ":loading";
        Outbox = OutboxOf(Shard);
    }

    public int Shard { get; }

    /// <summary>Hash: run, v (revision), x (entities expected), n (entities known), c:phase, f:phase, b:phase.</summary>
    public RedisKey Meta { get; }

    /// <summary>Hash: phase/entity gives S or F, a colon and the report's id; /entity and :definition say that they are known.</summary>
    public RedisKey Items { get; }

    /// <summary>Who is rebuilding the batch.</summary>
    public RedisKey Loading { get; }

    public RedisKey Outbox { get; }

    public static RedisKey OutboxOf(int shard) => $"{Tag(shard)}:outbox";

    private static string Tag(int shard) => $"pylon:{{conductor:{shard}}}";
}
