using Npgsql;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class PreparedStatementTests
{
    private const string Count = "SELECT count(*) FROM pg_prepared_statements";

    [Fact]
    public async Task AStatementStaysPreparedOnItsConnection()
    {
        await using var pool = await PooledDatabase.CreateAsync();

        await pool.PrepareAsync("SELECT 'often'");

        Assert.Equal(1L, await pool.ScalarAsync<long>($"{Count} WHERE statement = $1", "SELECT 'often'"));
    }

    [Fact]
    public async Task ManyTextsDoNotFillTheServer()
    {
        await using var pool = await PooledDatabase.CreateAsync();

        for (var text = 0; text < 150; text++)
            await pool.PrepareAsync($"SELECT {text}");

        Assert.InRange(await pool.ScalarAsync<long>(Count), 1, 100);
    }

    [Fact]
    public async Task ATableMayGetAColumnWhileStatementsWithNamedColumnsArePrepared()
    {
        await using var pool = await PooledDatabase.CreateAsync();
        await pool.ExecuteAsync("CREATE TABLE item (id int, name text); INSERT INTO item VALUES (1, 'a')");
        string[] statements = ["SELECT id, name FROM item", "INSERT INTO item (id) VALUES (2) RETURNING id", "WITH i AS (SELECT * FROM item) SELECT name FROM i"];
        foreach (var statement in statements)
            await pool.PrepareAsync(statement);

        // As the migration of a newer program beside this one.
        await pool.Database.ExecuteAsync("ALTER TABLE item ADD COLUMN note text; CREATE INDEX ON item (id)");

        foreach (var statement in statements)
            await pool.ExecuteAsync(statement);
    }

    [Theory]
    [InlineData("SELECT * FROM item", "ADD COLUMN note text")]
    [InlineData("SELECT id FROM item", "ALTER COLUMN id TYPE bigint")]
    public async Task AStatementWhoseResultChangesFailsOnceAsAnOutageDoes(string sql, string change)
    {
        await using var pool = await PooledDatabase.CreateAsync();
        await pool.ExecuteAsync("CREATE TABLE item (id int)");
        await pool.PrepareAsync(sql);
        await pool.Database.ExecuteAsync($"ALTER TABLE item {change}");

        var failure = await Assert.ThrowsAsync<PostgresException>(() => pool.ExecuteAsync(sql));

        Assert.True(PostgresFailure.IsTransient(failure));
        await pool.PrepareAsync(sql);
    }

    [Fact]
    public async Task ATemporaryTableMayBeMadeAnewForEachTransaction()
    {
        await using var pool = await PooledDatabase.CreateAsync();
        for (var round = 0; round < 10; round++)
        {
            await using var connection = await pool.Source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var batch = new NpgsqlBatch(connection, transaction)
            {
                BatchCommands =
                {
                    new("CREATE TEMP TABLE staged (n int) ON COMMIT DROP"),
                    Sql.Statement("INSERT INTO staged SELECT generate_series(1, $1)", round),
                    new("SELECT count(*) FROM staged"),
                },
            };
            Assert.Equal(round, await batch.ExecuteNonQueryAsync());
            await transaction.CommitAsync();
        }
    }

    [Fact]
    public async Task StatementsArePreparedAnewWhereTheServerForgotThem()
    {
        await using var server = await LocalStack.Servers.PrivatePostgres.StartThrowawayAsync();
        await using var source = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(server.Uri, "public"));
        for (var use = 0; use < 10; use++)
            await source.ExecuteAsync("SELECT 'often'", CancellationToken.None);

        await server.KillAsync();
        await server.StartAgainAsync();

        // A connection of before may fail once, as one that is broken does.
        await Eventually.True(async () =>
        {
            try
            {
                return await source.ExecuteAsync("SELECT 'often'", CancellationToken.None) == -1;
            }
            catch (NpgsqlException e) when (PostgresFailure.IsTransient(e))
            {
                return false;
            }
        });
    }
}
