using Pylon.Conductor.State;
using Pylon.LocalStack.Servers;

namespace Pylon.Conductor.Tests;

/// <summary>A Redis Cluster of three masters.</summary>
public sealed class ClusterTests
{
    private const int Reports = 10_000;

    [Fact]
    public async Task ManyWritersOnThreeMasters()
    {
        await using var cluster = await PrivateRedisCluster.StartThrowawayAsync(hasReplicas: false);
        await using var database = await ConductorDatabase.CreateAsync();
        await using var service = await ConductorService.StartOnAsync(database.Database.Uri, cluster.Address);
        var writers = new ManyWriters("many", Reports, entities: Reports / 5);
        var sent = writers.Make();
        await writers.SendAsync([service], sent, persist: false, CancellationToken.None);
        writers.Expect(sent);
        await writers.AssertAsync(service);
    }

    [Fact]
    public void AllKeysOfABatchAreInOneSlotAndTheShardsInMany()
    {
        foreach (var batch in Enumerable.Range(0, 200).Select(i => $"b{i}"))
        {
            var keys = new BatchKeys(batch);
            var slots = new[] { keys.Meta, keys.Items, keys.Loading, keys.Staged, keys.Outbox, BatchKeys.OutboxOf(keys.Shard) }.Select(k => Slot(k.ToString()));
            Assert.Single(slots.Distinct());
        }

        var shards = Enumerable.Range(0, BatchKeys.Shards).Select(s => Slot(BatchKeys.OutboxOf(s).ToString()) * 3 / 16384).ToList();
        Assert.All(Enumerable.Range(0, 3), third => Assert.InRange(shards.Count(s => s == third), 5, 17));
    }

    /// <summary>CRC16 (XMODEM) of the hash tag, as the cluster specification has it.</summary>
    private static int Slot(string key)
    {
        var (open, crc) = (key.IndexOf('{'), 0);
        foreach (var c in key[(open + 1)..key.IndexOf('}', open)])
        {
            crc ^= c << 8;
            for (var bit = 0; bit < 8; bit++)
                crc = ((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
        }

        return crc % 16384;
    }
}
