using Npgsql;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>A migrated database of one test's own.</summary>
internal sealed class ConductorDatabase : IAsyncDisposable
{
    private ConductorDatabase(TestDatabase database)
    {
        Database = database;
        DataSource = database.DataSource("conductor");
    }

    public TestDatabase Database { get; }

    public NpgsqlDataSource DataSource { get; }

    public static async Task<ConductorDatabase> CreateAsync() => new(await TestDatabase.CreateAsync(typeof(Program).Assembly, "conductor", outbox: false));

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Database.DisposeAsync();
    }
}
