using Npgsql;
using Pylon.Testing;

namespace Pylon.Insights.Tests;

/// <summary>A migrated database of one test's own.</summary>
internal sealed class InsightsDatabase : IAsyncDisposable
{
    private InsightsDatabase(TestDatabase database)
    {
        Database = database;
        DataSource = database.DataSource("insights");
    }

    public TestDatabase Database { get; }

    public NpgsqlDataSource DataSource { get; }

    public static async Task<InsightsDatabase> CreateAsync() => new(await TestDatabase.CreateAsync(typeof(Program).Assembly, "insights"));

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Database.DisposeAsync();
    }
}
