using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Audit;

/// <summary>A decision of the Orchestrator that is about to be logged. The columns of orchestration_decisions have the units.</summary>
/// <param name="Type">What is decided.</param>
/// <param name="WorkloadId">What it is about.</param>
/// <param name="Reasoning">Why, in words.</param>
internal sealed record NewDecision(DecisionType Type, Guid WorkloadId, string Reasoning)
{
    private const string Agent = "pylon-orchestrator";
    private const int LongestReasoning = 100_000;

    private static readonly RowStatement Insert = new(
        $"""
        INSERT INTO orchestration_decisions
            (decision_type, agent_id, workload_id, reasoning, constraints_evaluated, alternatives_considered, source_dc_id, target_dc_id,
             input_carbon_intensity, input_grid_stress, input_price_gbp_mwh, carbon_saved_gco2, context_id, context_hash, output_hash)
        SELECT d.type, (SELECT id FROM agents WHERE agent_id = '{Agent}'), d.workload, d.reasoning, d.constraints, d.alternatives, d.source, d.target,
            d.carbon, d.stress, d.price, d.saved, d.context,
            (SELECT hash FROM decision_contexts WHERE id = d.context), (SELECT hash FROM llm_outputs WHERE context_id = d.context)
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            d (type, workload, reasoning, constraints, alternatives, source, target, carbon, stress, price, saved, context, only_in_status)
        WHERE d.only_in_status IS NULL OR EXISTS (SELECT FROM compute_workloads WHERE id = d.workload AND status = d.only_in_status)
        """,
        NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Jsonb, NpgsqlDbType.Jsonb, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid,
        NpgsqlDbType.Double, NpgsqlDbType.Double, NpgsqlDbType.Double, NpgsqlDbType.Double, NpgsqlDbType.Uuid, NpgsqlDbType.Text);

    public JsonObject Constraints { get; init; } = [];

    public JsonArray Alternatives { get; init; } = [];

    public Guid? SourceDcId { get; init; }

    public Guid? TargetDcId { get; init; }

    public double? CarbonIntensity { get; init; }

    public double? GridStress { get; init; }

    public double? PriceGbpMwh { get; init; }

    /// <summary>Null when it is not known.</summary>
    public double? CarbonSavedGco2 { get; init; }

    public Guid? ContextId { get; init; }

    /// <summary>It is logged only when the workload has this status at that point of the transaction; null for always.</summary>
    public string? OnlyInStatus { get; init; }

    /// <summary>
    /// Logs it, in the transaction of what is decided. The lock of the log is taken when that commits, so the place of
    /// the statement does not matter.
    /// </summary>
    public NpgsqlBatchCommand Append() => Row().Command();

    /// <summary>The same together with others.</summary>
    public StatementRow Row() => Insert.Row(
        DecisionTypes.NameOf(Type),
        WorkloadId,
        StorableText.Printable(Reasoning, LongestReasoning),
        Constraints.ToJsonString(),
        Alternatives.ToJsonString(),
        SourceDcId,
        TargetDcId,
        CarbonIntensity,
        GridStress,
        PriceGbpMwh,
        CarbonSavedGco2,
        ContextId,
        OnlyInStatus);
}
