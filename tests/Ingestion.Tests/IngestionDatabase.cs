using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Messaging;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests;

/// <summary>A migrated database of one test's own, as the service sees it.</summary>
internal sealed class IngestionDatabase : IAsyncDisposable
{
    private IngestionDatabase(TestDatabase database)
    {
        Database = database;
        DataSource = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(database.ConnectionString, "ingestion"));
    }

    public TestDatabase Database { get; }

    public NpgsqlDataSource DataSource { get; }

    public static async Task<IngestionDatabase> CreateAsync() => new(await TestDatabase.CreateAsync("ingestion", MigrateAsync));

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static async Task MigrateAsync(TestDatabase database)
    {
        await using var dataSource = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(database.ConnectionString, "ingestion"));
        var migrator = new Migrator(dataSource, TimeProvider.System, NullLogger<Migrator>.Instance);
        await migrator.MigrateAsync(typeof(Program).Assembly, "ingestion", CancellationToken.None);
        await migrator.MigrateAsync(typeof(Outbox).Assembly, "ingestion", CancellationToken.None, Outbox.MigrationHistory);
    }
}
