using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Tests.Tenants;

/// <summary>One operator with a row in every table that has rows of operators. Its name is in each text of its rows.</summary>
internal sealed record OperatorData(string Name, Guid Operator, Guid User, Guid DataCentre, Guid Storage, Guid Agent, Guid Workload, Guid Context)
{
    public static async Task<OperatorData> AddAsync(OrchestratorDatabase database, string name)
    {
        var (id, user, dataCentre, storage, agent) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await database.ExecuteAsync("INSERT INTO operators (id, name, operator_type) VALUES ($1, $2, 'enterprise')", id, name);
        await database.ExecuteAsync("INSERT INTO users (id, email, operator_id) VALUES ($1, $2, $3)", user, $"somebody@{name}.example", id);
        await database.ExecuteAsync("INSERT INTO data_centres (id, dc_id, name, operator_id, region_id) VALUES ($1, $2, $2, $3, 13)", dataCentre, $"DC-{name}", id);
        await database.ExecuteAsync("INSERT INTO storage_assets (id, asset_id, name, operator_id, capacity_mwh) VALUES ($1, $2, $2, $3, 1)", storage, $"BAT-{name}", id);
        await database.ExecuteAsync("INSERT INTO agents (id, agent_id, name, agent_type, operator_id) VALUES ($1, $2, $2, 'STORAGE_AGENT', $3)", agent, $"agent-{name}", id);
        var workload = (await database.Workloads.Of(Tenant.Of(id)).SubmitAsync(
            Guid.NewGuid(),
            new WorkloadRecord { Id = Guid.Empty, Name = $"work of {name}", OperatorId = id, HostDcId = dataCentre, UserEmail = $"somebody@{name}.example", JobId = $"job-{name}" },
            CancellationToken.None)).Id;
        await database.ExecuteAsync("INSERT INTO beckn_orders (order_id, workload_id, transaction_id, item_id) VALUES ($2, $1, gen_random_uuid(), $2)", workload, $"order-{name}");
        await database.ExecuteAsync(
            """
            INSERT INTO workload_recommendations (workload_id, rank, grid_zone_id, recommendation, order_id)
            SELECT $1, n, gen_random_uuid(), jsonb_build_object('rank', n, 'regionId', 13, 'itemId', $2::text, 'window', '{"startTime": "2190-01-01T00:00:00Z", "endTime": "2190-01-02T00:00:00Z"}'::jsonb), $3
            FROM generate_series(1, 3) n
            """, workload, name, $"order-{name}");
        await database.ExecuteAsync(
            "INSERT INTO beckn_messages (message_id, workload_id, transaction_id, action, request, last_error) VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'discover', '{}', $2)", workload, name);
        await database.ExecuteAsync("INSERT INTO dead_letters (workload_id, reason, attempts, replayed_at) VALUES ($1, $2, 1, now())", workload, name);
        await database.ExecuteAsync("INSERT INTO workload_runs (workload_id, pipeline, correlation_id) VALUES ($1, $2, $2)", workload, name);
        await database.ExecuteAsync("INSERT INTO provider_notices (workload_id, order_id, action, message_id, body) VALUES ($1, $2, 'status', $2, '{}')", workload, $"order-{name}");
        await database.ExecuteAsync(
            "INSERT INTO workload_energy_consumption (workload_id, phase, energy_consumed_kwh, estimated, period_start, period_end) VALUES ($1, $2, 1, true, now(), now())", workload, name);
        // A version that the Orchestrator, which makes one too, does not reach.
        var context = await database.ScalarAsync<Guid>(
            "INSERT INTO decision_contexts (workload_id, context_version, as_known_at, document) VALUES ($1, 1000, now(), json_build_object('of', $2::text)) RETURNING id", workload, name);
        await database.ExecuteAsync("INSERT INTO processed_contexts (context_id) VALUES ($1)", context);
        await database.ExecuteAsync("INSERT INTO llm_outputs (context_id, workload_id, engine, document) VALUES ($1, $2, 'x', json_build_object('of', $3::text))", context, workload, name);
        await database.ExecuteAsync("INSERT INTO orchestration_decisions (decision_type, workload_id, target_dc_id, reasoning) VALUES ('ACCEPT_WORKLOAD', $1, $2, $3)", workload, dataCentre, name);
        return new OperatorData(name, id, user, dataCentre, storage, agent, workload, context);
    }

    /// <summary>All its ids and names: what nobody else is told.</summary>
    public IReadOnlyList<string> Secrets => [Name, $"{Operator}", $"{User}", $"{DataCentre}", $"{Storage}", $"{Agent}", $"{Workload}", $"{Context}"];

    /// <summary>The id that a field of a call means.</summary>
    public string IdFor(string service, string rpc, string field) => (service, field) switch
    {
        (_, "operator_id") => $"{Operator}",
        (_, "host_dc_id") => $"{DataCentre}",
        (_, "workload_id") => $"{Workload}",
        (_, "context_id") => $"{Context}",
        ("WorkloadService", "id") => $"{Workload}",
        ("RegistryService", "id") => rpc switch
        {
            _ when rpc.Contains("Operator", StringComparison.Ordinal) => $"{Operator}",
            _ when rpc.Contains("User", StringComparison.Ordinal) => $"{User}",
            _ when rpc.Contains("DataCentre", StringComparison.Ordinal) => $"{DataCentre}",
            _ when rpc.Contains("Storage", StringComparison.Ordinal) => $"{Storage}",
            _ => $"{Agent}",
        },
        _ => throw new InvalidOperationException($"{service}.{rpc}: {field} names something that this test does not know"),
    };
}
