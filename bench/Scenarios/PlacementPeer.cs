using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.Bench.Scenarios;

/// <summary>pgbench that claims a workload and writes its whole offer, with the statements of the Orchestrator: two transactions each.</summary>
internal sealed class PlacementPeer(PlacementStack stack)
{
    private const int Clients = 16;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    // No name after a colon but those of the variables: pgbench would take it for one.
    private const string Script =
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM compute_workloads
            WHERE status = 'queued' AND NOT bpp_processed AND due_at <= now()
            ORDER BY due_at, submitted_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE compute_workloads w SET status = 'processing', lease_owner = gen_random_uuid(), due_at = now() + interval '15 s'
        FROM due WHERE w.id = due.id RETURNING w.id, gen_random_uuid() AS z1, gen_random_uuid() AS z2, gen_random_uuid() AS z3 \gset
        BEGIN;
        UPDATE compute_workloads SET status = 'pending_user_choice', bpp_processed = true, recommended_1_grid_zone_id = :z1::uuid, recommended_2_grid_zone_id = :z2::uuid,
            recommended_3_grid_zone_id = :z3::uuid, llm_select_init_confirm = repeat('A sentence of the summary. ', 20), summary_engine = 'BUILT_IN', attempts = 0,
            failure_reason = NULL, lease_owner = NULL
        WHERE id = :id::uuid AND lease_owner IS NOT NULL AND status = 'processing';
        DELETE FROM workload_recommendations WHERE workload_id = :id::uuid;
        INSERT INTO workload_recommendations (workload_id, rank, grid_zone_id, recommendation, offer, order_id) VALUES (:id::uuid, 1, :z1::uuid, '{RECOMMENDATION}', '{OFFER}', 'order-1');
        INSERT INTO workload_recommendations (workload_id, rank, grid_zone_id, recommendation, offer, order_id) VALUES (:id::uuid, 2, :z2::uuid, '{RECOMMENDATION}', '{OFFER}', NULL);
        INSERT INTO workload_recommendations (workload_id, rank, grid_zone_id, recommendation, offer, order_id) VALUES (:id::uuid, 3, :z3::uuid, '{RECOMMENDATION}', '{OFFER}', NULL);
        INSERT INTO outbox (topic, type, subject, payload) VALUES ('peer', 'pylon.workload.recommended.v1', :id::uuid::text, '{"recommendations": [{RECOMMENDATION}, {RECOMMENDATION}, {RECOMMENDATION}]}');
        INSERT INTO orchestration_decisions (decision_type, agent_id, workload_id, reasoning, constraints_evaluated, alternatives_considered)
        SELECT 'CARBON_OPTIMIZATION', (SELECT id FROM agents WHERE agent_id = 'pylon-orchestrator'), :id::uuid, repeat('The reasons. ', 15),
            '{"urgency": "LOW"}', '[{RECOMMENDATION}, {RECOMMENDATION}, {RECOMMENDATION}]';
        COMMIT;
        """;

    private const string Recommendation =
        """
        {"rank": 1, "itemId": "item-edinburgh-morning", "gridZoneId": "6c8f0f0e-0000-4000-8000-000000000001", "gridZoneCode": "UK-SCOT-4", "zoneName": "South Scotland", "locality": "Edinburgh", "region": "Scotland", "country": "GB", "renewableMixPercent": 91, "carbonIntensityGco2Kwh": 34, "score": 87.6, "source": "RECOMMENDATION_SOURCE_BECKN", "providerId": "provider-pylon-sandbox", "price": {"value": 0.079, "currency": "GBP"}, "window": {"startTime": "2026-03-04T10.00.00Z", "endTime": "2026-03-04T16.00.00Z"}}
        """;

    private const string Offer =
        """
        {"BppId": "sandbox.pylon.local", "BppUri": "http://127.0.0.1/bpp", "Spelling": 0, "Offer": {"@type": "beckn.Offer", "beckn.id": "offer-edinburgh-morning", "beckn.items": ["item-edinburgh-morning"], "beckn.price": {"currency": "GBP", "value": "0.079", "applicableQuantity": {"unitText": "kWh"}}}}
        """;

    public async Task<Work> RunAsync(CancellationToken cancellationToken)
    {
        StackProcess[] frozen = [.. stack.Processes.Select(p => p.Process).Where(p => p != stack.Postgres)];
        foreach (var process in frozen)
            Signals.Freeze(process.Pid);
        try
        {
            return await Pgbench.RunAsync(stack.Postgres, Script.Replace("{RECOMMENDATION}", Recommendation).Replace("{OFFER}", Offer), Clients, Length, cancellationToken);
        }
        finally
        {
            foreach (var process in frozen)
                Signals.Thaw(process.Pid);
        }
    }
}
