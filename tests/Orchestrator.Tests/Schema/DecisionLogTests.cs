using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Access;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Schema;

/// <summary>Decisions are only added, whoever writes them, and a change shows.</summary>
public sealed class DecisionLogTests : IAsyncLifetime
{
    private const string Insert = "INSERT INTO orchestration_decisions (decision_type, reasoning) VALUES ('ACCEPT_WORKLOAD', 'because')";

    private OrchestratorDatabase _database = null!;

    public async Task InitializeAsync() => _database = await OrchestratorDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("UPDATE orchestration_decisions SET reasoning = 'other'")]
    [InlineData("UPDATE orchestration_decisions SET reasoning = 'other' WHERE false")]
    [InlineData("DELETE FROM orchestration_decisions")]
    [InlineData("TRUNCATE orchestration_decisions CASCADE")]
    [InlineData("INSERT INTO orchestration_decisions (decision_id, decision_type, reasoning) VALUES ('one', 'ACCEPT_WORKLOAD', 'x') ON CONFLICT (decision_id) DO UPDATE SET reasoning = 'other'")]
    [InlineData("INSERT INTO orchestration_decisions (decision_id, decision_type, reasoning) VALUES ('new', 'ACCEPT_WORKLOAD', 'x') ON CONFLICT (decision_id) DO UPDATE SET reasoning = 'other'")]
    [InlineData("SET session_replication_role = replica; DELETE FROM orchestration_decisions")]
    [InlineData("UPDATE decision_chain SET hash = prev_hash")]
    [InlineData("DELETE FROM decision_chain")]
    [InlineData("TRUNCATE decision_chain")]
    [InlineData("UPDATE decision_contexts SET as_known_at = now()")]
    [InlineData("DELETE FROM llm_outputs")]
    [InlineData("DELETE FROM processed_contexts")]
    [InlineData("DELETE FROM archived_objects")]
    public async Task ChangeIsRefusedAlsoToASuperuser(string sql)
    {
        await _database.ExecuteAsync("INSERT INTO orchestration_decisions (decision_id, decision_type, reasoning) VALUES ('one', 'ACCEPT_WORKLOAD', 'because')");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => _database.Server.ExecuteAsync($"SET search_path = orchestrator; {sql}"));

        Assert.Equal("PYA01", refused.SqlState);
        Assert.Contains("is only added to", refused.MessageText, StringComparison.Ordinal);
        Assert.Equal(["because"], await _database.ListAsync<string>("SELECT reasoning FROM orchestration_decisions"));
    }

    [Fact]
    public async Task RowsOfPlainSqlAndOfCopyAreChained()
    {
        await _database.ExecuteAsync($"{Insert}, ('REJECT_WORKLOAD', 'two'), ('NEGOTIATE', E'three\\n€ 😀')");
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await using var copy = await connection.BeginTextImportAsync("COPY orchestration_decisions (decision_type, reasoning, carbon_saved_gco2, alternatives_considered) FROM STDIN");
            for (var n = 0; n < 1_200; n++)
                await copy.WriteAsync($"SCALE_UP\tload {n}\t{n / 7.0:R}\t[{{\"score\": {n}.50, \"a\": null}}]\n");
        }

        Assert.Equal(1_203L, await _database.ScalarAsync<long>("SELECT count(*) FROM decision_chain"));
        Assert.Equal((true, 1_203L), await VerifyAsync());
    }

    [Fact]
    public async Task HashOfTheProgramIsThatOfTheDatabase()
    {
        var workload = await _database.SubmitAsync();
        await _database.ExecuteAsync(
            """
            INSERT INTO orchestration_decisions
                (decision_type, agent_id, workload_id, input_carbon_intensity, input_grid_stress, input_price_gbp_mwh, reasoning,
                 constraints_evaluated, alternatives_considered, carbon_saved_gco2, cost_saved_gbp, flexibility_contribution_mw, decided_at)
            SELECT 'SHIFT_REGION', id, $1, 0.1, 1, -1e-300, E'a:b\t"ü"', '{"b": 1.0, "a": [1e2]}', '[{"x": null}]', 1e22, -0.0, 5, '2026-03-29 01:30:00.123456+01'
            FROM agents WHERE agent_id = 'pylon-orchestrator'
            """,
            workload.Id);
        var entry = Assert.Single(await Store.ChainAsync(0, true, 10, CancellationToken.None));
        Assert.Equal(entry.Hash, ChainHash.Of(entry.Bytes));
        Assert.Null(entry.Broken(0, ChainHash.Start));
    }

    [Fact]
    public async Task ManyAtOnceGetOnePlaceEach()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            for (var n = 0; n < 25; n++)
                await _database.ExecuteAsync(Insert);
        }));
        Assert.Equal((true, 400L), await VerifyAsync());
    }

    [Fact]
    public async Task OpenTransactionStopsNobody()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var open = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(Insert, connection, open);
        await command.ExecuteNonQueryAsync();

        await _database.ExecuteAsync(Insert);
        await open.CommitAsync();

        Assert.Equal((true, 2L), await VerifyAsync());
    }

    [Fact]
    public async Task TransactionThatDoesNotSeeTheLastEntryIsRepeated()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var old = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var command = new NpgsqlCommand(Insert, connection, old);
        await command.ExecuteNonQueryAsync();
        await _database.ExecuteAsync(Insert);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => old.CommitAsync());

        Assert.Equal(PostgresErrorCodes.SerializationFailure, refused.SqlState);
        Assert.Equal((true, 1L), await VerifyAsync());
    }

    [Theory]
    [InlineData("UPDATE orchestration_decisions SET reasoning = 'other' WHERE decision_id = 'd2'", 2, "was changed")]
    [InlineData("UPDATE orchestration_decisions SET decided_at = decided_at + interval '1 microsecond' WHERE decision_id = 'd2'", 2, "was changed")]
    [InlineData("UPDATE orchestration_decisions SET alternatives_considered = '[1]' WHERE decision_id = 'd3'", 3, "was changed")]
    [InlineData("DELETE FROM orchestration_decisions WHERE decision_id = 'd2'", 2, "is gone")]
    [InlineData("DELETE FROM decision_chain WHERE seq = 2", 2, "entry 2 is missing")]
    [InlineData("UPDATE decision_chain SET hash = repeat('1', 64) WHERE seq = 2", 2, "was changed")]
    [InlineData("UPDATE decision_chain SET prev_hash = repeat('1', 64) WHERE seq = 2", 2, "does not follow")]
    [InlineData("INSERT INTO orchestration_decisions (decision_id, decision_type, reasoning) VALUES ('d9', 'ACCEPT_WORKLOAD', 'past the trigger')", 5, "no entry in the chain")]
    [InlineData("UPDATE decision_contexts SET document = '{}'", 4, "decision context was changed")]
    [InlineData("DELETE FROM llm_outputs", 4, "LLM output was changed or is gone")]
    public async Task ChangeOfASuperuserIsFound(string tampering, long broken, string reason)
    {
        await FourDecisionsAsync();
        Assert.Equal((true, 4L), await VerifyAsync());

        await TamperAsync(tampering);

        var found = (await AllAsync(new VerifyRequest()))[^1];
        Assert.False(found.Intact);
        Assert.Equal(broken, found.Broken.Seq);
        Assert.Contains(reason, found.Broken.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EntriesRemovedFromTheEndAreFoundWithAHeadThatWasKept()
    {
        await FourDecisionsAsync();
        var head = (await AllAsync(new VerifyRequest()))[^1];
        await TamperAsync("DELETE FROM decision_chain WHERE seq = 4; DELETE FROM orchestration_decisions WHERE decision_id = 'd4'");

        Assert.Equal((true, 3L), await VerifyAsync());
        var found = (await AllAsync(new VerifyRequest { KnownSeq = 4, KnownHash = head.HeadHash }))[^1];

        Assert.Contains("ends at entry 3, and entry 4 is known", found.Broken.Reason, StringComparison.Ordinal);
        await _database.ExecuteAsync(Insert);
        Assert.Contains("not the one that was kept", (await AllAsync(new VerifyRequest { KnownSeq = 4, KnownHash = head.HeadHash }))[^1].Broken.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadIsPublishedWithEachDecision()
    {
        await _database.ExecuteAsync(Insert);
        var event_ = await _database.ScalarAsync<string>("SELECT payload::text FROM outbox WHERE topic = 'decisions' AND type = 'pylon.decision.recorded.v1'");
        var recorded = Google.Protobuf.JsonParser.Default.Parse<Events.V1.Event>(event_).DecisionRecorded;
        Assert.Equal((1L, await _database.ScalarAsync<string>("SELECT hash FROM decision_chain")), (recorded.Seq, recorded.Hash));
    }

    [Fact]
    public async Task DecisionAboutAnUnknownObjectIsRefused()
    {
        foreach (var column in new[] { "workload_id", "agent_id", "source_dc_id", "target_dc_id" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => _database.ExecuteAsync(
                $"INSERT INTO orchestration_decisions (decision_type, reasoning, {column}) VALUES ('ACCEPT_WORKLOAD', 'x', gen_random_uuid())"));
            Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refused.SqlState);
        }
    }

    [Fact]
    public async Task DeletedWorkloadWithDecisionsIsArchivedAndTheLogStays()
    {
        var workload = await _database.SubmitAsync();
        await _database.ExecuteAsync("INSERT INTO orchestration_decisions (decision_type, reasoning, workload_id) VALUES ('ACCEPT_WORKLOAD', 'x', $1)", workload.Id);

        await _database.ExecuteAsync("DELETE FROM compute_workloads WHERE id = $1", workload.Id);

        Assert.Equal(workload.Id.ToString(), await _database.ScalarAsync<string>("SELECT name FROM archived_objects WHERE kind = 'workload' AND id = $1", workload.Id));
        Assert.Equal(workload.Id.ToString(), await _database.ScalarAsync<string>("SELECT workload_job_id FROM v_recent_decisions"));
        Assert.Equal((true, 1L), await VerifyAsync());
    }

    [Theory]
    [InlineData("INSERT INTO orchestrator.orchestration_decisions (decision_type, reasoning) VALUES ('ACCEPT_WORKLOAD', 'x')", true)]
    [InlineData("SELECT count(*) FROM orchestrator.orchestration_decisions", true)]
    [InlineData("INSERT INTO orchestrator.compute_workloads (workload_name) VALUES ('of the service')", true)]
    [InlineData("UPDATE orchestrator.orchestration_decisions SET reasoning = 'x'", false)]
    [InlineData("DELETE FROM orchestrator.orchestration_decisions", false)]
    [InlineData("TRUNCATE orchestrator.orchestration_decisions", false)]
    [InlineData("ALTER TABLE orchestrator.orchestration_decisions DISABLE TRIGGER USER", false)]
    [InlineData("DROP TABLE orchestrator.orchestration_decisions CASCADE", false)]
    [InlineData("INSERT INTO orchestrator.decision_chain (seq, decision, prev_hash, hash) SELECT 2, gen_random_uuid(), repeat('0', 64), repeat('0', 64)", false)]
    [InlineData("INSERT INTO orchestrator.orchestration_decisions (decision_id, decision_type, reasoning) VALUES ('a', 'ACCEPT_WORKLOAD', 'x') ON CONFLICT (decision_id) DO UPDATE SET reasoning = 'y'", false)]
    [InlineData("CREATE OR REPLACE FUNCTION orchestrator.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", false)]
    [InlineData("DELETE FROM orchestrator.schema_migrations", false)]
    public async Task RoleOfTheServiceOnlyAddsAndReads(string sql, bool isAllowed)
    {
        await GrantAsync();
        await using var service = NpgsqlDataSource.Create(PostgresFeature.ConnectionString(_database.Server.UriOf("pylon_service"), "orchestrator"));

        if (isAllowed)
            await service.ExecuteAsync(sql, CancellationToken.None);
        else
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => service.ExecuteAsync(sql, CancellationToken.None))).SqlState);
        Assert.Null(await new AuditStore(new TenantDatabase(service, Tenant.All), NullLogger<AuditStore>.Instance).OwnerAsync(CancellationToken.None));
        Assert.NotNull(await Store.OwnerAsync(CancellationToken.None));
    }

    [Fact]
    public async Task NotificationHasTheColumnsOfTheSeed()
    {
        await _database.Server.ExecuteAsync("INSERT INTO orchestrator.compute_workloads (workload_name, job_id, urgency, carbon_cap_gco2) VALUES ('a', 'JOB-1', 'CRITICAL', 80)");
        Assert.Equal(
            ["JOB-1 INSERT f JOB-1 CRITICAL 80 queued"],
            await _database.ListAsync<string>("SELECT concat_ws(' ', job_id, event_type, processed, payload->>'job_id', payload->>'urgency', payload->>'carbon_cap_gco2', payload->>'status') FROM workload_notifications"));
        Assert.Equal(15, await _database.ScalarAsync<int>("SELECT count(*)::integer FROM workload_notifications, jsonb_object_keys(payload)"));
    }

    private AuditStore Store => new(new TenantDatabase(_database.DataSource, Tenant.All), NullLogger<AuditStore>.Instance);

    // The fourth has a context and an output.
    private async Task FourDecisionsAsync()
    {
        for (var n = 1; n <= 3; n++)
            await _database.ExecuteAsync($"INSERT INTO orchestration_decisions (decision_id, decision_type, reasoning) VALUES ('d{n}', 'ACCEPT_WORKLOAD', 'because')");
        await _database.ExecuteAsync(
            """
            WITH context AS (
                INSERT INTO decision_contexts (workload_id, context_version, as_known_at, document) VALUES (gen_random_uuid(), 1, now(), '{"a" :  "ü"}')
                RETURNING id, workload_id, hash
            ), output AS (
                INSERT INTO llm_outputs (context_id, workload_id, engine, document) SELECT id, workload_id, 'deterministic-v1', '{"b": 1}' FROM context
                RETURNING hash)
            INSERT INTO orchestration_decisions (decision_id, decision_type, reasoning, context_id, context_hash, output_hash)
            SELECT 'd4', 'LLM_DC_SELECTION', 'because', context.id, context.hash, output.hash FROM context, output
            """);
    }

    // As somebody with all rights, who turns every trigger and foreign key off.
    private Task TamperAsync(string sql) => _database.Server.ExecuteAsync(
        $"""
        SET search_path = orchestrator; SET session_replication_role = replica;
        ALTER TABLE orchestration_decisions DISABLE TRIGGER ALL; ALTER TABLE decision_chain DISABLE TRIGGER ALL;
        ALTER TABLE decision_contexts DISABLE TRIGGER ALL; ALTER TABLE llm_outputs DISABLE TRIGGER ALL;
        {sql};
        ALTER TABLE orchestration_decisions ENABLE TRIGGER ALL; ALTER TABLE orchestration_decisions ENABLE ALWAYS TRIGGER chain_decision
        """);

    private async Task<(bool Intact, long Checked)> VerifyAsync()
    {
        var last = (await AllAsync(new VerifyRequest()))[^1];
        return (last.Intact, last.Checked);
    }

    private async Task<List<VerifyResponse>> AllAsync(VerifyRequest request)
    {
        var stream = new ListWriter<VerifyResponse>();
        var call = new NoCall();
        call.SetCaller(Caller.Open);
        await new Audit.AuditService(Store).Verify(request, stream, call);
        return stream.Written;
    }

    // What the start of the service does.
    private async Task GrantAsync()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
            [new("PYLON_POSTGRES", _database.Server.UriOf("pylon_service")), new("PYLON_POSTGRES_OWNER", _database.Server.Uri)]).Build();
        await using var services = new ServiceCollection().AddLogging()
            .AddPostgres(settings, "orchestrator", hasOwner: true).AddMigrations(typeof(AuditStore).Assembly, "orchestrator").BuildServiceProvider();
        await services.GetRequiredService<Migrator>().MigrateAsync(typeof(AuditStore).Assembly, "orchestrator", CancellationToken.None);
    }

    private sealed class ListWriter<T> : IServerStreamWriter<T>
    {
        public List<T> Written { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(T message)
        {
            Written.Add(message);
            return Task.CompletedTask;
        }

        public Task WriteAsync(T message, CancellationToken cancellationToken) => WriteAsync(message);
    }

    private sealed class NoCall : ServerCallContext
    {
        protected override string MethodCore => "";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore => [];

        protected override Grpc.Core.Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => throw new NotSupportedException();

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
