using System.Text.Json.Nodes;
using Npgsql;
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

    private const string Insert =
        """
        INSERT INTO orchestration_decisions
            (decision_type, agent_id, workload_id, reasoning, constraints_evaluated, alternatives_considered, source_dc_id, target_dc_id,
             input_carbon_intensity, input_grid_stress, input_price_gbp_mwh, carbon_saved_gco2, context_id, context_hash, output_hash)
        SELECT $1, (SELECT id FROM agents WHERE agent_id = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
            (SELECT hash FROM decision_contexts WHERE id = $13), (SELECT hash FROM llm_outputs WHERE context_id = $13)
        WHERE $14::text IS NULL OR EXISTS (SELECT FROM compute_workloads WHERE id = $3 AND status = $14)
        """;

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
    public NpgsqlBatchCommand Append() => Sql.Statement(
        Insert,
        DecisionTypes.NameOf(Type),
        Agent,
        WorkloadId,
        StorableText.Printable(Reasoning, LongestReasoning),
        Sql.Json(Constraints.ToJsonString()),
        Sql.Json(Alternatives.ToJsonString()),
        Sql.Uuid(SourceDcId),
        Sql.Uuid(TargetDcId),
        Number(CarbonIntensity),
        Number(GridStress),
        Number(PriceGbpMwh),
        Number(CarbonSavedGco2),
        Sql.Uuid(ContextId),
        OnlyInStatus);

    private static NpgsqlParameter Number(double? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Double };
}
