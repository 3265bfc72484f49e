using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>64 writers over two instances, ten thousand reports on one batch, shuffled and with duplicates.</summary>
public sealed class ManyWritersTests
{
    [Theory]
    [InlineData("Script", 10_000)]
    [InlineData("Transaction", 2_000)]
    public async Task TheEndStateIsExactAndNoCallerSeesAnError(string path, int reports)
    {
        await using var database = await ConductorDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        string[] settings = [$"--Conductor:StatePath={path}"];
        await using var one = await ConductorService.StartOnAsync(database.Database.Uri, redis.ConnectionString, settings);
        await using var two = await ConductorService.StartOnAsync(database.Database.Uri, redis.ConnectionString, settings);
        var writers = new ManyWriters("many", reports, entities: reports / 5);
        var sent = writers.Make();
        await writers.SendAsync([one, two], sent, persist: false, CancellationToken.None);
        writers.Expect(sent);
        await writers.AssertAsync(one);
        // Every report is settled in the end: nothing is left that recovery would look after.
        await Eventually.True(async () => await database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.phase_reports WHERE settled_at IS NULL") == 0);
    }
}
