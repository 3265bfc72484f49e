using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Messaging;
using Pylon.Postgres;

namespace Pylon.Testing;

/// <summary>A database for one test on the shared server; dropped when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new();
    private readonly string _name;

    private TestDatabase(string name, NpgsqlConnectionStringBuilder settings)
    {
        _name = name;
        ConnectionString = settings.ConnectionString;
        Uri = UriOf(settings);
    }

    /// <summary>In Npgsql's own notation.</summary>
    public string ConnectionString { get; }

    /// <summary>As a libpq URI, the notation of <c>PYLON_POSTGRES</c>.</summary>
    public string Uri { get; }

    /// <summary>The same for another role of the server.</summary>
    public string UriOf(string role) => UriOf(new NpgsqlConnectionStringBuilder(ConnectionString) { Username = role });

    /// <summary>A fresh, empty database.</summary>
    public static async Task<TestDatabase> CreateAsync() => await CreateFromAsync("template1");

    /// <summary>
    /// A fresh copy of a database that <paramref name="prepare"/> (for example the migrations) fills once for this test
    /// process; much faster than filling each.
    /// </summary>
    public static async Task<TestDatabase> CreateAsync(string templateKey, Func<TestDatabase, Task> prepare)
    {
        var template = await Templates.GetOrAdd(templateKey, _ => new Lazy<Task<string>>(() => MakeTemplateAsync(prepare))).Value;
        return await CreateFromAsync(template);
    }

    /// <summary>A fresh copy of a database with the migrations of a service.</summary>
    public static Task<TestDatabase> CreateAsync(Assembly service, string schema, bool outbox = true) =>
        CreateAsync(schema, template => template.MigrateAsync(service, schema, outbox));

    /// <summary>Applies the migrations of a service, and those of its outbox, as the service does at its start.</summary>
    public async Task MigrateAsync(Assembly service, string schema, bool outbox = true)
    {
        await using var dataSource = DataSource(schema);
        var migrator = new Migrator(dataSource, TimeProvider.System, NullLogger<Migrator>.Instance);
        await migrator.MigrateAsync(service, schema, CancellationToken.None);
        if (outbox)
            await migrator.MigrateAsync(typeof(Outbox).Assembly, schema, CancellationToken.None, Outbox.MigrationHistory);
    }

    /// <summary>The database as a service sees it whose tables are in <paramref name="schema"/>.</summary>
    public NpgsqlDataSource DataSource(string schema) => NpgsqlDataSource.Create(PostgresFeature.ConnectionString(ConnectionString, schema));

    /// <summary>Runs a statement.</summary>
    public async Task<int> ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync(ConnectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>For connections from now on joins are nested loops without anything kept between their rounds, as large tables may have them.</summary>
    public async Task PlanNestedLoopsAsync()
    {
        foreach (var setting in new[] { "hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize" })
            await ExecuteAsync($"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_{setting} = off', current_database()); END $$");
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = await OpenAsync(ConnectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(connection);
        await OnServerAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    private static async Task<TestDatabase> CreateFromAsync(string template)
    {
        var name = $"test_{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        await OnServerAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        return new TestDatabase(name, new NpgsqlConnectionStringBuilder(await ServerAsync()) { Database = name, Pooling = true });
    }

    private static async Task<string> MakeTemplateAsync(Func<TestDatabase, Task> prepare)
    {
        var database = await CreateFromAsync("template1");
        await prepare(database);
        await using (var connection = new NpgsqlConnection(database.ConnectionString))
            NpgsqlConnection.ClearPool(connection);
        // PostgreSQL copies no database that has connections.
        await OnServerAsync($"ALTER DATABASE {database._name} ALLOW_CONNECTIONS false");
        await OnServerAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database._name}'");
        return database._name;
    }

    private static async Task OnServerAsync(string sql)
    {
        await using var connection = await OpenAsync(await ServerAsync());
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> ServerAsync()
    {
        var uri = new Uri(await TestServers.PostgresAsync());
        var user = uri.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Username = System.Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? System.Uri.UnescapeDataString(user[1]) : null,
            Database = System.Uri.UnescapeDataString(uri.AbsolutePath.Trim('/')) is { Length: > 0 } database ? database : "postgres",
            Pooling = false,
        }.ConnectionString;
    }

    private static string UriOf(NpgsqlConnectionStringBuilder settings)
    {
        var password = settings.Password is { Length: > 0 } secret ? $":{System.Uri.EscapeDataString(secret)}" : "";
        return $"postgresql://{System.Uri.EscapeDataString(settings.Username!)}{password}@{settings.Host}:{settings.Port}/{settings.Database}";
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return connection;
    }
}
