using Google.Protobuf.WellKnownTypes;

namespace Pylon.Orchestrator.Audit;

/// <summary>A row of orchestration_decisions.</summary>
internal record DecisionRow
{
    /// <summary>The columns without the JSON, named after the properties.</summary>
    public const string ColumnsWithoutJson =
        """
        d.id, d.decision_id, d.decision_type, d.agent_id, d.workload_id, d.source_dc_id, d.target_dc_id, d.input_carbon_intensity,
        d.input_grid_stress, d.input_price_gbp_mwh, d.reasoning, d.carbon_saved_gco2, d.cost_saved_gbp, d.flexibility_contribution_mw,
        d.decided_at, d.context_id
        """;

    /// <summary>All columns.</summary>
    public const string Columns =
        $"""
        {ColumnsWithoutJson}, d.constraints_evaluated::text AS constraints_evaluated,
        d.alternatives_considered::text AS alternatives_considered
        """;

    public required Guid Id { get; init; }
    public required string DecisionId { get; init; }
    public required string DecisionType { get; init; }
    public Guid? AgentId { get; init; }
    public Guid? WorkloadId { get; init; }
    public Guid? SourceDcId { get; init; }
    public Guid? TargetDcId { get; init; }
    public double? InputCarbonIntensity { get; init; }
    public double? InputGridStress { get; init; }
    public double? InputPriceGbpMwh { get; init; }
    public required string Reasoning { get; init; }
    public Struct? ConstraintsEvaluated { get; init; }
    public ListValue? AlternativesConsidered { get; init; }
    public double? CarbonSavedGco2 { get; init; }
    public double? CostSavedGbp { get; init; }
    public double? FlexibilityContributionMw { get; init; }
    public required DateTimeOffset DecidedAt { get; init; }
    public Guid? ContextId { get; init; }
}
