using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.Tests.Tenants;

/// <summary>Row security: what a statement without its WHERE shows and changes.</summary>
public sealed class WallTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    // Of no operator, or of Pylon's own workers; no caller's statement may read them.
    private static readonly string[] NotBehindTheWall =
    [
        "batch_phases", "batch_places", "hotspot_scans", "outbox", "outbox_migrations", "predictions", "region_marks", "rollup_marks", "schema_migrations",
    ];

    [Fact]
    public async Task EveryTableIsBehindTheWallOrListed()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var open = await ListAsync(database, "SELECT relname::text FROM pg_class WHERE relnamespace = 'insights'::regnamespace AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)");
        Assert.Empty(open.Except(NotBehindTheWall));
        Assert.Empty(await ListAsync(database, "SELECT name FROM unnest($1::text[]) name WHERE has_table_privilege('pylon_caller', 'insights.' || name, 'SELECT')", (object)NotBehindTheWall));
    }

    [Fact]
    public async Task AStatementWithoutWhereShowsNothingOfAnotherOperator()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var (ours, theirs) = (await OperatorData.AddAsync(database, "ours-of-the-test"), await OperatorData.AddAsync(database, "secret-of-the-other"));
        var everything = new TenantDatabase(database.DataSource, Tenant.All);
        var own = everything.Of(Tenant.Of(ours.Operator));
        var tables = await ListAsync(database, "SELECT relname::text FROM pg_class WHERE relnamespace = 'insights'::regnamespace AND relkind = 'r' AND relrowsecurity");
        Assert.Equal(22, tables.Count);
        foreach (var table in tables)
        {
            var all = await everything.ListAsync($"SELECT to_jsonb(t)::text FROM {table} t", row => row.GetString(0), None);
            var seen = await own.ListAsync($"SELECT to_jsonb(t)::text FROM {table} t", row => row.GetString(0), None);
            Assert.True(seen.Count > 0 && seen.Count == all.Count / 2, $"{table}: {seen.Count} of {all.Count} rows are shown");
            Assert.DoesNotContain(seen, row => theirs.Secrets.Any(row.Contains));
        }
    }

    [Theory]
    [InlineData("INSERT INTO silences (operator_id, entity, reason, created_at, ends_at) VALUES ($1, 'x', 'x', now(), now() + interval '1 day')")]
    [InlineData("UPDATE hotspots SET operator_id = $1")]
    public async Task NoRowIsGivenToAnotherOperator(string sql)
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var (ours, theirs) = (await OperatorData.AddAsync(database, "ours"), await OperatorData.AddAsync(database, "theirs"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => new TenantDatabase(database.DataSource, Tenant.Of(ours.Operator)).ExecuteAsync(sql, None, theirs.Operator));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private static Task<List<string>> ListAsync(InsightsDatabase database, string sql, params object?[] parameters) =>
        database.DataSource.Command(sql, parameters).ListAsync(row => row.GetString(0), None);
}
