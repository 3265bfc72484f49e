using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Insights.Audit;
using Pylon.Insights.Publishing;
using Pylon.Insights.Reading;
using Pylon.Postgres;

namespace Pylon.Insights.Shifts;

/// <summary>Shift proposals, and the hotspots that lead to them.</summary>
internal sealed class ShiftStore(TenantDatabase database)
{
    private const string Hotspot =
        """
        SELECT h.id, h.entity, h.entity_type, h.cause, h.status, e.region_id, h.operator_id FROM hotspots h JOIN entities e USING (entity_ref)
        """;

    private const string OpenHotspots =
        $"""
        {Hotspot}
        WHERE h.status IN ('open', 'acknowledged') AND (h.entity_type = 'data_centre' OR h.entity_type = 'region')
        ORDER BY h.created_at DESC, h.id DESC
        LIMIT $1
        """;

    private const string FindHotspot = $"{Hotspot} WHERE h.id = $1 AND is_of(h.operator_id, $2)";

    // A workload has one open proposal. A better one for it takes the place of the one before.
    private const string Propose =
        """
        INSERT INTO shift_proposals AS p (id, hotspot_id, workload_id, workload_name, start_before, end_before, region_before, option,
            start_time, end_time, region_id, energy_kwh, energy_basis, before_kg, after_kg, expected_saving_kg)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        ON CONFLICT (workload_id) WHERE status IN ('proposed', 'choosing') DO UPDATE SET
            start_before = $5, end_before = $6, region_before = $7, option = $8, start_time = $9, end_time = $10, region_id = $11,
            energy_kwh = $12, energy_basis = $13, before_kg = $14, after_kg = $15, expected_saving_kg = $16, updated_at = now(),
            planned_at = CASE WHEN (p.start_time, p.region_id) = ($9, $11) THEN p.planned_at ELSE now() END
        WHERE p.status = 'proposed' AND p.hotspot_id = $2
        RETURNING p.id = $1
        """;

    // What was not proposed again in a round is worth it no more, or its time has passed.
    private const string Withdraw =
        """
        UPDATE shift_proposals SET status = 'withdrawn', reason = $3, updated_at = now()
        WHERE hotspot_id = $1 AND status = 'proposed' AND NOT workload_id = ANY ($2)
        """;

    private const string WithdrawOver =
        """
        UPDATE shift_proposals p SET status = 'withdrawn', reason = 'the hotspot is over', updated_at = now()
        FROM hotspots h
        WHERE h.id = p.hotspot_id AND p.status = 'proposed' AND h.status NOT IN ('open', 'acknowledged')
        """;

    private const string List =
        $"""
        SELECT {ProposalRow.Columns} FROM shift_proposals
        WHERE ($1::uuid IS NULL OR hotspot_id = $1) AND ($2::uuid IS NULL OR workload_id = $2) AND ($3 = '' OR status = $3) AND {OfTenant}
        ORDER BY before_kg - after_kg DESC, id
        LIMIT $4
        """;

    // A proposal is of the operator of its hotspot.
    private const string OfTenant = "($5::uuid IS NULL OR EXISTS (SELECT FROM hotspots h WHERE h.id = hotspot_id AND h.operator_id = $5))";

    private const string FindOne =
        $"SELECT {ProposalRow.Columns} FROM shift_proposals WHERE id = $1 AND ($2::uuid IS NULL OR EXISTS (SELECT FROM hotspots h WHERE h.id = hotspot_id AND h.operator_id = $2))";

    private const string Begin =
        """
        UPDATE shift_proposals SET status = 'choosing', decided_by = $2, decided_at = now(), updated_at = now()
        WHERE id = $1 AND status = 'proposed' AND ($3::uuid IS NULL OR EXISTS (SELECT FROM hotspots h WHERE h.id = hotspot_id AND h.operator_id = $3))
        """;

    private const string End = "UPDATE shift_proposals SET status = $2, reason = left($3, 2000), updated_at = now() WHERE id = $1 AND status = 'choosing'";

    // Measures that a shift carries out.
    private const string Approved =
        "SELECT id FROM recommendations WHERE hotspot_id = $1 AND status = 'approved' AND split_part(lever, ':', 1) IN ('time_shift', 'zone_shift')";

    private const string Unfinished =
        $"SELECT {ProposalRow.Columns} FROM shift_proposals WHERE status = 'choosing' AND updated_at < now() - $1 ORDER BY updated_at LIMIT $2";

    /// <summary>What is of one operator.</summary>
    public ShiftStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>Open hotspots whose work may be shifted, the newest first.</summary>
    public Task<List<HotspotRow>> OpenHotspotsAsync(int atMost, CancellationToken cancellationToken) => database.QueryAsync<HotspotRow>(OpenHotspots, cancellationToken, atMost);

    public async Task<HotspotRow?> FindHotspotAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.QueryAsync<HotspotRow>(FindHotspot, cancellationToken, id, database.Tenant.Parameter)).FirstOrDefault();

    /// <summary>The proposals of a round; what is not among them is withdrawn.</summary>
    public async Task ProposeAsync(Guid hotspotId, IReadOnlyList<Proposal> proposals, CancellationToken cancellationToken)
    {
        await using var connection = await database.OfAll.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Rows in one order, so that two rounds at once do not wait for each other in a circle.
        foreach (var proposal in proposals.OrderBy(p => p.WorkloadId))
            await ProposeAsync(connection, transaction, hotspotId, proposal, cancellationToken);
        await using var withdraw = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { Sql.Statement(Withdraw, hotspotId, proposals.Select(p => p.WorkloadId).ToArray(), "it saves too little now, its time has passed, or the work has begun") },
        };
        await withdraw.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Withdraws the proposals of hotspots that are over.</summary>
    public Task WithdrawOverAsync(CancellationToken cancellationToken) => database.ExecuteAsync(WithdrawOver, cancellationToken);

    /// <summary>The open proposals of a hotspot, by workload.</summary>
    public async Task<IReadOnlyDictionary<Guid, ProposalRow>> OpenAsync(Guid hotspotId, int atMost, CancellationToken cancellationToken) =>
        (await ListAsync(hotspotId, null, ProposalRow.Proposed, atMost, cancellationToken)).ToDictionary(p => p.WorkloadId);

    public Task<List<ProposalRow>> ListAsync(Guid? hotspotId, Guid? workloadId, string status, int atMost, CancellationToken cancellationToken) =>
        database.QueryAsync<ProposalRow>(List, cancellationToken, Sql.Uuid(hotspotId), Sql.Uuid(workloadId), status, atMost, database.Tenant.Parameter);

    public async Task<ProposalRow?> FindAsync(Guid id, CancellationToken cancellationToken) => (await database.QueryAsync<ProposalRow>(FindOne, cancellationToken, id, database.Tenant.Parameter)).FirstOrDefault();

    /// <summary>False when another call decided first.</summary>
    public Task<bool> BeginAsync(Guid id, string userId, CancellationToken cancellationToken) =>
        database.ChangeAsync(Sql.Statement(Begin, id, userId, database.Tenant.Parameter), [AuditLog.Entry("shift_chosen", "shift", id.ToString(), userId)], cancellationToken);

    /// <summary>Approved recommendations of a hotspot that a shift carries out.</summary>
    public Task<List<Guid>> ApprovedAsync(Guid hotspotId, CancellationToken cancellationToken) =>
        database.ListAsync(Approved, row => row.GetGuid(0), cancellationToken, hotspotId);

    /// <summary>The Orchestrator has moved the workload. False when another call has said so already.</summary>
    public Task<bool> ChosenAsync(ProposalRow proposal, CancellationToken cancellationToken) => database.ChangeAsync(
        Sql.Statement(End, proposal.Id, ProposalRow.Chosen, ""),
        [
            InsightsEvents.Append(proposal.HotspotId, proposal.Id.ToString(), new ShiftChosen
            {
                Id = proposal.Id.ToString(),
                WorkloadId = proposal.WorkloadId.ToString(),
                UserId = proposal.DecidedBy,
            }),
        ],
        cancellationToken);

    /// <summary>The Orchestrator refuses to move the workload.</summary>
    public Task<bool> RefusedAsync(Guid id, string reason, CancellationToken cancellationToken) => database.ChangeAsync(
        Sql.Statement(End, id, ProposalRow.Refused, reason),
        [AuditLog.Entry("shift_refused", "shift", id.ToString(), notes: reason)],
        cancellationToken);

    /// <summary>Proposals that a person chose and whose shift is not known to be made.</summary>
    public Task<List<ProposalRow>> UnfinishedAsync(TimeSpan olderThan, int atMost, CancellationToken cancellationToken) =>
        database.QueryAsync<ProposalRow>(Unfinished, cancellationToken, olderThan, atMost);

    private static async Task ProposeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid hotspotId, Proposal proposal, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                Sql.Statement(
                    Propose, id, hotspotId, proposal.WorkloadId, proposal.WorkloadName, proposal.StartBefore, proposal.EndBefore, (short)proposal.RegionBefore,
                    (short)proposal.Option, proposal.Start, proposal.End, (short)proposal.RegionId, proposal.EnergyKwh, proposal.EnergyBasis.ToString(),
                    proposal.BeforeKg, proposal.AfterKg, proposal.ExpectedSavingKg),
            },
        };
        if (await batch.ExecuteScalarAsync(cancellationToken) is not true)
            return;
        await using var announce = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                InsightsEvents.Append(hotspotId, id.ToString(), new ShiftProposed
                {
                    Id = id.ToString(),
                    WorkloadId = proposal.WorkloadId.ToString(),
                    HotspotId = hotspotId.ToString(),
                    StartTime = proposal.Start.ToTimestamp(),
                    BeforeKg = proposal.BeforeKg,
                    AfterKg = proposal.AfterKg,
                }),
            },
        };
        await announce.ExecuteNonQueryAsync(cancellationToken);
    }
}
