using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

/// <summary>Behind a real PgBouncer.</summary>
public sealed class PoolerTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync("CREATE SCHEMA ingestion; CREATE TABLE ingestion.here (x int); CREATE SCHEMA orchestrator; CREATE TABLE orchestrator.there (x int)");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task APoolerOfTransactionsIsRefusedWhereASessionIsNeeded()
    {
        await using var pooler = await PoolerAsync("transaction");
        await using var source = Pooled(pooler);

        var error = await Assert.ThrowsAsync<PoolerException>(() => Session.OpenAsync(new DirectDatabase(source), CancellationToken.None));

        Assert.StartsWith("PYLON_POSTGRES_DIRECT: is required", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APoolerOfSessionsIsAsGoodAsTheServer()
    {
        await using var pooler = await PoolerAsync("session");
        await using var source = Pooled(pooler);

        await using var session = await Session.OpenAsync(new DirectDatabase(source), CancellationToken.None);

        Assert.Equal(System.Data.ConnectionState.Open, session.Connection.State);
    }

    [Fact]
    public async Task TheRoleAndTenantOfACallerEndWithItsTransaction()
    {
        await _database.ExecuteAsync(
            """
            DO $$ BEGIN CREATE ROLE pylon_caller NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
            GRANT pylon_caller TO CURRENT_USER;
            """);
        // All clients share one connection of the server.
        await using var pooler = await PoolerAsync("transaction", poolSize: 1);
        await using var source = Pooled(pooler);
        var all = new TenantDatabase(source, Tenant.All);

        var seen = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            var (tenant, role) = n % 2 == 0 ? (Guid.NewGuid().ToString(), "pylon_caller") : ("", "postgres");
            var database = n % 2 == 0 ? all.Of(Tenant.Of(Guid.Parse(tenant))) : all;
            var found = await database.ListAsync("SELECT coalesce(current_setting('app.tenant', true), ''), current_user::text, pg_backend_pid()", row => (row.GetString(0), row.GetString(1), row.GetInt32(2)), CancellationToken.None);
            return (Wanted: (tenant, role == "pylon_caller"), Found: (found[0].Item1, found[0].Item2 == "pylon_caller"), Backend: found[0].Item3);
        }));

        Assert.All(seen, one => Assert.Equal(one.Wanted, one.Found));
        Assert.Single(seen.Select(one => one.Backend).Distinct());
    }

    [Fact]
    public async Task AServiceWorksThroughAPoolerAndListensPastIt()
    {
        await using var pooler = await PoolerAsync("transaction");
        await using var services = Services(pooler, "ingestion");
        foreach (var step in services.GetServices<IHostedService>())
            await step.StartAsync(CancellationToken.None);
        var source = services.GetRequiredService<NpgsqlDataSource>();
        using var end = new CancellationTokenSource();
        var heard = Channel.CreateUnbounded<string>();
        var listening = services.GetRequiredService<Listener>().RunAsync(
            ["work"],
            (signal, _) =>
            {
                heard.Writer.TryWrite(signal.Reason == ListenReason.Connected ? "connected" : string.Join(' ', signal.Notifications.Select(one => one.Payload)));
                return Task.CompletedTask;
            },
            TimeSpan.FromMinutes(10),
            end.Token);
        Assert.Equal("connected", await heard.Reader.ReadAsync().AsTask().Within());

        // More clients than connections, each text often enough to be prepared where that is on.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(n => source.ExecuteAsync("INSERT INTO here VALUES ($1)", CancellationToken.None, n)));
        await source.ExecuteAsync("SELECT pg_notify('work', 'through')", CancellationToken.None);

        Assert.Equal("through", await heard.Reader.ReadAsync().AsTask().Within());
        Assert.Equal(100L, await source.Command("SELECT count(*) FROM here").ExecuteScalarAsync());
        await end.CancelAsync();
        await listening.Within();
    }

    [Fact]
    public async Task ADatabaseOfThePoolerThatLeadsToAnotherSchemaStopsTheStart()
    {
        await using var pooler = await PoolerAsync("transaction");
        await using var services = Services(pooler, "orchestrator", database: "ingestion");

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => services.GetRequiredService<ConnectionBudgetStep>().StartAsync(CancellationToken.None));

        Assert.StartsWith("PYLON_POSTGRES: must lead to the schema orchestrator and leads to ingestion", error.Message, StringComparison.Ordinal);
    }

    private async Task<PrivatePgBouncer> PoolerAsync(string mode, int poolSize = 3)
    {
        var server = PostgresUri.Parse(_database.Uri);
        return await PrivatePgBouncer.StartThrowawayAsync(
            $"host={server.Host} port={server.Port} dbname={server.Database} user={server.Username}", ["ingestion", "orchestrator"], mode, poolSize, new Quiet()).Within(TimeSpan.FromMinutes(3));
    }

    private static NpgsqlDataSource Pooled(PrivatePgBouncer pooler) =>
        NpgsqlDataSource.Create(PostgresFeature.PooledConnectionString($"postgresql://pylon@{pooler.Address}/{{schema}}", "ingestion"));

    private ServiceProvider Services(PrivatePgBouncer pooler, string schema, string database = "{schema}") => new ServiceCollection()
        .AddLogging()
        .AddPostgres(
            new ConfigurationBuilder().AddInMemoryCollection([new("PYLON_POSTGRES", $"postgresql://pylon@{pooler.Address}/{database}"), new("PYLON_POSTGRES_DIRECT", _database.Uri)]).Build(),
            schema)
        .BuildServiceProvider();

    private sealed class Quiet : IStackReporter;
}
