using Npgsql;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

/// <summary>A database behind a pool with the settings of a service and one connection, so that each use is of the same.</summary>
internal sealed class PooledDatabase : IAsyncDisposable
{
    private PooledDatabase(TestDatabase database)
    {
        Database = database;
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(PostgresFeature.ConnectionString(database.Uri, "public").ConnectionString) { MaxPoolSize = 1 });
    }

    public TestDatabase Database { get; }

    public NpgsqlDataSource Source { get; }

    public static async Task<PooledDatabase> CreateAsync() => new(await TestDatabase.CreateAsync());

    public Task ExecuteAsync(string sql, params object[] parameters) => Source.ExecuteAsync(sql, CancellationToken.None, parameters);

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Source.Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Of the one connection.</summary>
    public Task<int> BackendAsync() => ScalarAsync<int>("SELECT pg_backend_pid()");

    /// <summary>Runs a statement so often that it is prepared.</summary>
    public async Task PrepareAsync(string sql)
    {
        for (var use = 0; use < 10; use++)
            await ExecuteAsync(sql);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Database.DisposeAsync();
    }
}
