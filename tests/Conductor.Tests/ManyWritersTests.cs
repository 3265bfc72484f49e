using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>64 writers over two instances, ten thousand reports on one batch, shuffled and with duplicates.</summary>
public sealed class ManyWritersTests
{
    private const int Reports = 10_000;

    [Fact]
    public async Task TheEndStateIsExactAndNoCallerSeesAnError()
    {
        await using var database = await ConductorDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        await using var one = await ConductorService.StartOnAsync(database.Database.Uri, redis.ConnectionString);
        await using var two = await ConductorService.StartOnAsync(database.Database.Uri, redis.ConnectionString);
        var writers = new ManyWriters("many", Reports, entities: Reports / 5);
        var sent = writers.Make();
        await writers.SendAsync([one, two], sent, persist: false, CancellationToken.None);
        writers.Expect(sent);
        await writers.AssertAsync(one);
        // Every report is settled in the end: nothing is left that recovery would look after.
        await Eventually.True(async () => await database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.phase_reports WHERE settled_at IS NULL") == 0);
    }
}
