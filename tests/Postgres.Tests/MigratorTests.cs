using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class MigratorTests
{
    private static readonly Assembly Here = typeof(MigratorTests).Assembly;

    [Fact]
    public async Task MigrationsAreAppliedInOrderAndRecorded()
    {
        await using var database = await TestDatabase.CreateAsync();

        await MigrateAsync(database.ConnectionString);

        Assert.Equal("first", await database.ScalarAsync<string>("SELECT what FROM one.things"));
        Assert.Equal(
            "1 things, 2 first_thing",
            await database.ScalarAsync<string>("SELECT string_agg(version || ' ' || name, ', ' ORDER BY version) FROM one.schema_migrations WHERE length(checksum) = 64"));
    }

    [Fact]
    public async Task MigratingTwiceChangesNothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        await MigrateAsync(database.ConnectionString);

        await MigrateAsync(database.ConnectionString);

        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM one.things"));
    }

    [Fact]
    public async Task ManyInstancesOfSeveralServicesMayStartAtOnce()
    {
        await using var database = await TestDatabase.CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => MigrateAsync(database.ConnectionString, i % 2 == 0 ? "one" : "two")));

        Assert.Equal(2L, await database.ScalarAsync<long>("SELECT (SELECT count(*) FROM one.things) + (SELECT count(*) FROM two.things)"));
    }

    [Fact]
    public async Task PsqlFindsTheTablesOfEverySchemaWithoutNamingIt()
    {
        await using var database = await TestDatabase.CreateAsync();

        await MigrateAsync(database.ConnectionString, "insights");
        NpgsqlConnection.ClearAllPools();

        Assert.Equal("orchestrator, ingestion, conductor, insights, public", await database.ScalarAsync<string>("SHOW search_path"));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM things"));
    }

    [Fact]
    public async Task ChangedMigrationStopsTheStartByName()
    {
        await using var database = await TestDatabase.CreateAsync();
        await MigrateAsync(database.ConnectionString);
        await database.ExecuteAsync("UPDATE one.schema_migrations SET checksum = 'other' WHERE version = 2");

        var error = await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync(database.ConnectionString));

        Assert.Contains("one/0002_first_thing was changed", error.Message);
    }

    [Fact]
    public async Task FailedMigrationLeavesNothingOfItself()
    {
        await using var database = await TestDatabase.CreateAsync();
        Migration[] migrations = [new(1, "good", "CREATE TABLE good (x int)"), new(2, "bad", "CREATE TABLE half (x int); SELECT nonsense")];

        var error = await Assert.ThrowsAsync<MigrationException>(() => MigrateAsync(database.ConnectionString, "one", migrations));

        Assert.Contains("one/0002_bad failed", error.Message);
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regclass('one.good') IS NOT NULL AND to_regclass('one.half') IS NULL"));
        Assert.Equal(1, await database.ScalarAsync<int>("SELECT max(version) FROM one.schema_migrations"));
    }

    [Fact]
    public void LineEndsOfACheckoutDoNotCount() =>
        Assert.Equal(new Migration(1, "a", "SELECT 1;\nSELECT 2;\n").Checksum, new Migration(1, "a", "SELECT 1;\r\nSELECT 2;\r\n").Checksum);

    [Fact]
    public async Task ServerThatIsNotUpYetIsWaitedFor()
    {
        await using var server = await PrivatePostgres.StartThrowawayAsync();
        await server.KillAsync();
        var time = new FakeTime();

        var migrating = MigrateAsync(server.Uri, "one", time: time);
        await time.TimersWaiting();
        await server.StartAgainAsync();
        time.Advance(TimeSpan.FromSeconds(1));

        await migrating.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task ServerThatStaysAwayIsGivenUpWithTheReason()
    {
        var time = new FakeTime();

        // Nothing listens on the reserved port 1.
        var migrating = MigrateAsync("postgresql://u@127.0.0.1:1/d", "one", time: time);
        for (var second = 0; second < Migrator.ServerWait.TotalSeconds; second++)
        {
            await time.TimersWaiting();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var error = await Assert.ThrowsAsync<MigrationException>(() => migrating.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("PYLON_POSTGRES", error.Message);
    }

    private static async Task MigrateAsync(string server, string schema = "one", IReadOnlyList<Migration>? migrations = null, TimeProvider? time = null)
    {
        var settings = PostgresUri.Parse(server);
        settings.Timeout = 5;
        await using var dataSource = NpgsqlDataSource.Create(settings);
        var migrator = new Migrator(dataSource, time ?? TimeProvider.System, NullLogger<Migrator>.Instance);
        await migrator.MigrateAsync(migrations ?? Migration.In(Here), schema, CancellationToken.None);
    }
}
