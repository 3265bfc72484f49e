namespace Pylon.Insights.Recommendations;

/// <summary>A row of the table recommendations; its columns say what each is. Times are UTC.</summary>
internal sealed record Recommendation
{
    public const string Columns =
        """
        id, hotspot_id, entity_ref, supplier_id, entity_type, kind, cause, rank, playbook_id, lever, title, description, co2_reduction,
        reduction_hours, reduction_status, cost_impact, feasibility, confidence, root_cause, engine, engine_reason, simulated_kg, low_kg, high_kg,
        status, created_at, updated_at, expires_at, decided_by, decided_at, note, implemented_by, implemented_at, frozen_factor,
        frozen_activity_per_output, measured_at, measured_kg, measured_effect, measured_t, measured_df, measured_days_before,
        measured_days_after, measured_basis, measured_reason
        """;

    public required Guid Id { get; init; }
    public required Guid HotspotId { get; init; }
    public required long EntityRef { get; init; }
    public required string SupplierId { get; init; }
    public required string EntityType { get; init; }
    public required string Kind { get; init; }
    public required string Cause { get; init; }
    public required int Rank { get; init; }
    public string? PlaybookId { get; init; }
    public string? Lever { get; init; }
    public required string Title { get; init; }
    public required string Description { get; init; }

    /// <summary>kg CO2e in <see cref="ReductionHours"/>.</summary>
    public required double Co2Reduction { get; init; }
    public required int ReductionHours { get; init; }

    /// <summary>See <see cref="Advice.ReductionStatus"/>.</summary>
    public required string ReductionStatus { get; init; }
    public required string CostImpact { get; init; }
    public required int Feasibility { get; init; }
    public required double Confidence { get; init; }
    public required string RootCause { get; init; }
    public required string Engine { get; init; }
    public required string EngineReason { get; init; }

    /// <summary>kg CO2e over 28 days; null when nothing could be simulated.</summary>
    public double? SimulatedKg { get; init; }
    public double? LowKg { get; init; }
    public double? HighKg { get; init; }

    /// <summary>See <see cref="RecommendationStatus"/>.</summary>
    public string Status { get; init; } = RecommendationStatus.Pending;
    public required DateTime CreatedAt { get; init; }
    public DateTime UpdatedAt { get; init; }
    public required DateTime ExpiresAt { get; init; }
    public string DecidedBy { get; init; } = "";
    public DateTime? DecidedAt { get; init; }
    public string Note { get; init; } = "";
    public string ImplementedBy { get; init; } = "";
    public DateTime? ImplementedAt { get; init; }
    public double? FrozenFactor { get; init; }
    public double? FrozenActivityPerOutput { get; init; }
    public DateTime? MeasuredAt { get; init; }
    public double? MeasuredKg { get; init; }
    public double? MeasuredEffect { get; init; }
    public double? MeasuredT { get; init; }
    public double? MeasuredDf { get; init; }
    public int? MeasuredDaysBefore { get; init; }
    public int? MeasuredDaysAfter { get; init; }
    public string? MeasuredBasis { get; init; }
    public string? MeasuredReason { get; init; }
}
