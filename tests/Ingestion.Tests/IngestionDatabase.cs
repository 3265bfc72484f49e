using Npgsql;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests;

/// <summary>A migrated database of one test's own, as the service sees it.</summary>
internal sealed class IngestionDatabase : IAsyncDisposable
{
    private IngestionDatabase(TestDatabase database)
    {
        Database = database;
        DataSource = database.DataSource("ingestion");
    }

    public TestDatabase Database { get; }

    public NpgsqlDataSource DataSource { get; }

    public static async Task<IngestionDatabase> CreateAsync() => new(await TestDatabase.CreateAsync(typeof(Program).Assembly, "ingestion"));

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Database.DisposeAsync();
    }
}
