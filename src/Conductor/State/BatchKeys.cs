using System.IO.Hashing;
using System.Text;
using StackExchange.Redis;

namespace Pylon.Conductor.State;

/// <summary>
/// The keys of a batch in Redis. All of them, and the outbox of its events, carry the hash tag of its shard and
/// so are in one cluster slot. A shard and not a batch has the outbox, because the relay must know where to look.
/// </summary>
internal readonly struct BatchKeys
{
    /// <summary>The number is part of the keys of stored data: it must never change.</summary>
    public const int Shards = 32;

    public BatchKeys(string batchId)
    {
        Shard = (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(batchId)) % Shards);
        var batch = $"{Tag(Shard)}:batch:{batchId}";
        Meta = batch;
        Items = batch + ":items";
        Loading = batch + ":loading";
        Staged = batch + ":staged";
        Outbox = OutboxOf(Shard);
    }

    public int Shard { get; }

    /// <summary>Hash: run, v (revision), x (entities expected), n (entities known), o (revision of the order), c:phase, f:phase, b:phase, r:phase
    /// (of the order under which the phase failed as a whole; before o it has not failed); of the work of a
    /// phase e:phase (millionths of a kWh), k:phase (reports with an energy), s:phase and l:phase (first start, last end, ms).</summary>
    public RedisKey Meta { get; }

    /// <summary>Hash: phase/entity gives S or F, a colon and the report's id; /entity and :definition mark what is known.</summary>
    public RedisKey Items { get; }

    /// <summary>The token of the loader that rebuilds the batch.</summary>
    public RedisKey Loading { get; }

    /// <summary>The items that its loader has brought so far.</summary>
    public RedisKey Staged { get; }

    public RedisKey Outbox { get; }

    public static RedisKey OutboxOf(int shard) => $"{Tag(shard)}:outbox";

    private static string Tag(int shard) => $"pylon:{{conductor:{shard}}}";
}
