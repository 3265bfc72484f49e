using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>A migrated database of one test's own.</summary>
internal sealed class ConductorDatabase : IAsyncDisposable
{
    private ConductorDatabase(TestDatabase database)
    {
        Database = database;
        DataSource = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(database.ConnectionString, "conductor"));
    }

    public TestDatabase Database { get; }

    public NpgsqlDataSource DataSource { get; }

    public static async Task<ConductorDatabase> CreateAsync() => new(await TestDatabase.CreateAsync("conductor", MigrateAsync));

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static async Task MigrateAsync(TestDatabase database)
    {
        await using var dataSource = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(database.ConnectionString, "conductor"));
        await new Migrator(dataSource, TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync(typeof(Program).Assembly, "conductor", CancellationToken.None);
    }
}
