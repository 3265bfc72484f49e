using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Schema;

/// <summary>Whoever writes a row, the service can read it; and a row that it cannot read concerns no other.</summary>
public sealed class ReadableRowsTests(SharedDatabase shared) : IClassFixture<SharedDatabase>
{
    private static readonly string[] Unreadable = ["20000-01-01", "4000-01-01 BC", "1999-12-31 23:59:59+00", "2200-01-01 00:00:00+00", "infinity", "-infinity"];

    public static TheoryData<string, string> Refused()
    {
        var data = new TheoryData<string, string>();
        foreach (var time in Unreadable)
        {
            data.Add("deadline", $"'{time}'");
            data.Add("submitted_at", $"'{time}'");
            data.Add("updated_at", $"'{time}'");
        }

        foreach (var column in new[] { "carbon_cap_gco2", "max_price_gbp", "compute_load_mw" })
        {
            foreach (var number in new[] { "NaN", "Infinity", "-Infinity", "0", "-1" })
                data.Add(column, $"'{number}'");
        }

        foreach (var name in new[] { "''", "' '", @"E'\t\n'", @"E'\u200b'", @"E'\u200d\ufeff \u2060'", @"E'\u3164'", @"E'\u00ad'", @"E'a\u0007b'", @"E'a\u0085b'", "repeat('😀', 201)" })
            data.Add("workload_name", name);
        data.Add("request", "repeat('x', 4001)");
        data.Add("request", @"E'a\u0001b'");
        data.Add("workload_type", "repeat('x', 101)");
        data.Add("workload_type", @"E'a\u001bb'");
        data.Add("pipeline", "' '");
        data.Add("pipeline", @"E'a\u0001b'");
        data.Add("pipeline", "repeat('x', 101)");
        data.Add("urgency", "'CRITICAL!'");
        data.Add("required_gpu_mins", "0");
        data.Add("attempts", "2147483647");
        data.Add("failure_reason", "repeat('x', 2001)");
        data.Add("llm_select_init_confirm", "repeat('x', 100001)");
        data.Add("refused_item_ids", "'{{a,b},{c,d}}'");
        data.Add("refused_item_ids", "'{a,NULL}'");
        data.Add("traceparent", "'x'");
        foreach (var email in WrongEmails)
            data.Add("user_email", email);
        return data;
    }

    public static TheoryData<string, string> RefusedElsewhere()
    {
        var data = new TheoryData<string, string>();
        foreach (var email in WrongEmails)
            data.Add("users (email)", email);
        data.Add("users (email)", "''");
        data.Add("users (email, created_at)", "'a@b', 'infinity'");
        data.Add("users (email, preferences)", "'a@b', '[]'");
        foreach (var name in new[] { "''", "' '", @"E'\u200b'", @"E'a\u0007b'", "repeat('x', 201)" })
            data.Add("operators (name)", name);
        data.Add("operators (name, created_at)", "'x', '20000-01-01'");
        return data;
    }

    private static IEnumerable<string> WrongEmails =>
        ["'a@b@c.de'", @"E'a\n@b.de'", @"E'a@b.de\n'", "'a b@c.de'", "'@b.de'", "'a@'", "'nobody'", @"E'a\u200b@b.de'", @"E'a@b.de\u00a0'", @"E'a\u0001@b'", "repeat('x', 250) || '@x.org'"];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task ColumnThatTheServiceCannotReadIsRefused(string column, string value)
    {
        var name = column == "workload_name" ? "" : ", workload_name";
        await RefusedAsync($"INSERT INTO compute_workloads ({column}{name}) VALUES ({value}{(name.Length > 0 ? ", 'w'" : "")})");
        var id = (await shared.Database.SubmitAsync()).Id;
        // The trigger sets this one.
        if (column != "updated_at")
            await RefusedAsync($"UPDATE compute_workloads SET {column} = {value} WHERE id = '{id}'");
    }

    [Theory]
    [MemberData(nameof(RefusedElsewhere))]
    public async Task UserOrOperatorThatTheServiceCannotReadIsRefused(string columns, string values) =>
        await RefusedAsync($"INSERT INTO {columns} VALUES ({values})");

    [Theory]
    [InlineData("due_at = '20000-01-01'")]
    [InlineData("due_at = 'infinity'")]
    public async Task QueueTimeThatTheServiceCannotReadIsRefused(string change)
    {
        var id = (await shared.Database.SubmitAsync()).Id;
        await RefusedAsync($"UPDATE compute_workloads SET {change} WHERE id = '{id}'");
    }

    [Theory]
    [InlineData("workload_name", "repeat('😀', 200)")]
    [InlineData("workload_name", @"E'a\u200db'")]
    [InlineData("request", "repeat('😀', 4000)")]
    [InlineData("request", @"E'two\nlines\tand a tab'")]
    [InlineData("deadline", "'2199-12-31 23:59:59+00'")]
    [InlineData("submitted_at", "'2000-01-01 00:00:00+00'")]
    [InlineData("carbon_cap_gco2", "1e308")]
    [InlineData("user_email", "'grüße@exämple.org'")]
    [InlineData("user_email", "''")]
    public async Task ColumnAtItsBoundIsRead(string column, string value)
    {
        var id = (await shared.Database.SubmitAsync()).Id;
        await shared.Database.ExecuteAsync($"UPDATE compute_workloads SET {column} = {value} WHERE id = $1", id);
        Assert.Equal(id.ToString(), Api.WorkloadMapping.ToProto(await shared.Database.FindAsync(id), [], null).Id);
    }

    [Theory]
    [InlineData("""{"limit": 5}""")]
    [InlineData("""{"limit": null}""")]
    [InlineData("""{"limit": {}}""")]
    [InlineData("""{"limit": ["5"]}""")]
    [InlineData("""{"Limit": "5"}""")]
    [InlineData("""{"": "5"}""")]
    [InlineData("""{"limit": "5\u0001"}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    public Task JobParametersThatTheServiceCannotReadAreRefused(string json) => RefusedAsync(Job($"'{json}'"));

    [Fact]
    public async Task JobParametersHaveTheBoundsOfASubmission()
    {
        await RefusedAsync(Job("(SELECT jsonb_object_agg('p' || n, 'x') FROM generate_series(1, 17) n)"));
        await RefusedAsync(Job("jsonb_build_object('limit', repeat('x', 4092))"));
        await shared.Database.ExecuteAsync(Job("(SELECT jsonb_object_agg('p' || n, 'x') FROM generate_series(1, 16) n)"));
        await shared.Database.ExecuteAsync(Job("jsonb_build_object('limit', repeat('x', 4091))"));
        await shared.Database.ExecuteAsync(Job("'{}'"));
    }

    [Theory]
    [InlineData("job = 'primes', job_parameters = '{\"limit\": 5}'")]
    [InlineData("job = 'primes', job_parameters = '{\"limit\": null}'")]
    [InlineData("outcome = '{\"energyKwh\": \"much\"}'")]
    [InlineData("infeasibility = '{\"relaxations\": 5}'")]
    public async Task RowWithOtherJsonFailsAlone(string wrong)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.ExecuteAsync("ALTER TABLE compute_workloads DROP CONSTRAINT parameters_can_be_read");
        var (broken, whole) = (await Stores.Offers.OfferedAsync(database), await Stores.Offers.OfferedAsync(database));
        await database.ExecuteAsync($"UPDATE compute_workloads SET {wrong} WHERE id = $1", broken.Id);
        var queued = (await database.SubmitAsync()).Id;
        await database.ExecuteAsync($"UPDATE compute_workloads SET {wrong} WHERE id = $1", (await database.SubmitAsync()).Id);

        Assert.Equal([queued, whole.Id], (await database.Workloads.PageAsync(null, [], 10, CancellationToken.None)).Select(w => w.Id));
        Assert.Null(await database.Workloads.FindAsync(broken.Id, CancellationToken.None));
        Assert.Equal([queued], (await database.ClaimAsync(Guid.NewGuid())).Select(w => w.Id));
    }

    [Fact]
    public async Task RowThatCannotBeReadEndsNoList()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var all = new List<Guid>();
        for (var n = 0; n < 6; n++)
            all.Add((await database.SubmitAsync()).Id);
        await database.ExecuteAsync("UPDATE compute_workloads SET outcome = '{\"energyKwh\": \"much\"}' WHERE id = ANY ($1)", (object)all[1..4].ToArray());
        var page = await database.Workloads.PageAsync(null, [], 2, CancellationToken.None);
        Assert.Equal([all[5], all[4]], page.Select(w => w.Id));
        page = await database.Workloads.PageAsync(new PageToken(page[0].SubmittedAt, page[0].Id), [], 2, CancellationToken.None);
        Assert.Equal([all[4], all[0]], page.Select(w => w.Id));

        // A number that no double holds.
        await database.ExecuteAsync(
            """
            INSERT INTO orchestration_decisions (decision_id, decision_type, reasoning, constraints_evaluated, decided_at)
            SELECT 'd' || n, 'ACCEPT_WORKLOAD', 'because', CASE WHEN n IN (1, 2) THEN '{"a": 1e400}' ELSE '{}' END::jsonb, now() - n * interval '1 hour'
            FROM generate_series(0, 3) n
            """);
        var decisions = new AuditStore(new TenantDatabase(database.DataSource, Tenant.All), NullLogger<AuditStore>.Instance);
        Assert.Equal(["d0", "d3"], (await decisions.PageAsync(null, null, [], 2, CancellationToken.None)).Select(d => d.DecisionId));

        await database.ExecuteAsync("""INSERT INTO operators (name, metadata) SELECT 'o' || n, CASE WHEN n IN (1, 2) THEN '{"a": 1e400}' ELSE '{}' END::jsonb FROM generate_series(0, 3) n""");
        var operators = new ObjectStore<Operator>(new TenantDatabase(database.DataSource, Tenant.All), new Operators(), NullLogger<ObjectStore<Operator>>.Instance);
        Assert.Equal(["o0", "o3"], (await operators.PageAsync(null, [], 2, CancellationToken.None)).Select(o => o.Name));
    }

    [Fact]
    public async Task RowThatCannotBeReadFailsAlone()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await database.ExecuteAsync("ALTER TABLE compute_workloads DROP CONSTRAINT times_can_be_read");
        foreach (var wrong in new[] { "20000-01-01", "4000-01-01 BC" })
            await database.ExecuteAsync($"INSERT INTO compute_workloads (workload_name, deadline, submitted_at) VALUES ('unreadable', '{wrong}', now() - interval '1 hour')");
        var good = new List<Guid>();
        for (var i = 0; i < 3; i++)
            good.Add((await database.SubmitAsync()).Id);

        Assert.Equal(good.Order(), (await database.Workloads.PageAsync(null, [], 10, CancellationToken.None)).Select(w => w.Id).Order());
        Assert.Equal(good.Order(), (await database.ClaimAsync(Guid.NewGuid(), 5)).Select(w => w.Id).Order());
    }

    [Theory]
    [InlineData("progress", """{"phases": 5}""")]
    [InlineData("work", """{"steps": 5}""")]
    public async Task OptionOrRunThatCannotBeReadFailsAlone(string column, string json)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var (broken, whole) = (await Stores.Offers.OfferedAsync(database), await Stores.Offers.OfferedAsync(database));
        foreach (var id in new[] { broken.Id, whole.Id })
            await Stores.Offers.ChooseAsync(database, id, 1, settled: true);
        await database.ExecuteAsync("UPDATE workload_recommendations SET recommendation = '{\"rank\": \"first\"}' WHERE workload_id = $1 AND rank = 2", broken.Id);
        await database.ExecuteAsync($"UPDATE workload_runs SET {column} = $2 WHERE workload_id = $1", broken.Id, Sql.Json(json));

        var options = await database.Workloads.OptionsOfAsync([broken.Id, whole.Id], CancellationToken.None);
        Assert.Equal((2, 3), (options[broken.Id].Count(), options[whole.Id].Count()));
        Assert.Equal([whole.Id], (await database.Runs.FindAsync([broken.Id, whole.Id], CancellationToken.None)).Keys);
        Assert.Equal([whole.Id], (await database.Runs.ClaimAsync(Guid.NewGuid(), TimeSpan.FromMinutes(1), 9, CancellationToken.None)).Select(r => r.WorkloadId));
    }

    [Fact]
    public async Task RowsThatAreThereAlreadyAreMadeReadable()
    {
        await using var database = await MigratedWithAsync(
            "0005",
            """
            INSERT INTO compute_workloads (workload_name, deadline, submitted_at, carbon_cap_gco2, max_price_gbp, user_email) VALUES
                ('kept', '2030-01-01', '2026-01-01', 1, 2, 'a@b.de'),
                (E'\u200b', '20000-01-01', '4000-01-01 BC', 'NaN', 'Infinity', E'a\n@b@c');
            INSERT INTO operators (name) VALUES (' ');
            """);

        Assert.Equal(
            "kept 2030 2026 1 2 a@b.de",
            await database.ScalarAsync<string>(
                """
                SELECT concat_ws(' ', workload_name, extract(year FROM deadline), extract(year FROM submitted_at), carbon_cap_gco2, max_price_gbp, user_email)
                FROM orchestrator.compute_workloads WHERE workload_name = 'kept'
                """));
        Assert.Equal(
            "t t t t 2000",
            await database.ScalarAsync<string>(
                """
                SELECT concat_ws(' ', deadline IS NULL, carbon_cap_gco2 IS NULL, max_price_gbp IS NULL, user_email IS NULL, extract(year FROM submitted_at))
                FROM orchestrator.compute_workloads WHERE workload_name <> 'kept'
                """));
    }

    [Fact]
    public async Task JobParametersThatAreThereAlreadyAreMadeReadable()
    {
        await using var database = await MigratedWithAsync(
            "0026",
            """
            INSERT INTO compute_workloads (workload_name, job, job_parameters) VALUES
                ('kept', 'primes', '{"limit": "5"}'), ('none', NULL, NULL),
                ('mended', 'primes', '{"limit": 5, "fast": true, "zone": null, "list": []}'),
                ('empty', 'primes', '{"limit": null}'),
                ('long', 'primes', jsonb_build_object('limit', repeat('x', 5000)));
            """);
        Assert.Equal(
            """kept {"limit": "5"}, none NULL, mended {"fast": "true", "limit": "5"}, empty NULL, long NULL""",
            await database.ScalarAsync<string>("SELECT string_agg(workload_name || ' ' || coalesce(job_parameters::text, 'NULL'), ', ' ORDER BY submitted_at, created_at, ctid) FROM orchestrator.compute_workloads"));
    }

    // Rows that were written before a migration, after all of them.
    private static async Task<TestDatabase> MigratedWithAsync(string before, string rows)
    {
        var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("CREATE SCHEMA orchestrator");
        await using var source = database.DataSource("orchestrator");
        var assembly = typeof(WorkloadStore).Assembly;
        var migrations = assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var first = migrations.FindIndex(n => n.Contains(before, StringComparison.Ordinal));
        foreach (var migration in migrations.Take(first))
            await MigrateAsync(migration);
        await source.ExecuteAsync(rows, CancellationToken.None);
        foreach (var migration in migrations.Skip(first))
            await MigrateAsync(migration);
        return database;

        async Task MigrateAsync(string name)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            await source.ExecuteAsync(await reader.ReadToEndAsync(), CancellationToken.None);
        }
    }

    private static string Job(string parameters) => $"INSERT INTO compute_workloads (workload_name, job, job_parameters) VALUES ('w', 'primes', {parameters})";

    private async Task RefusedAsync(string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => shared.Database.ExecuteAsync(sql));
        Assert.Contains(refused.SqlState, new[] { PostgresErrorCodes.CheckViolation, PostgresErrorCodes.DatetimeFieldOverflow });
    }
}
