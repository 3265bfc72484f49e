namespace Pylon.Insights.Shifts;

/// <summary>A row of shift_proposals.</summary>
internal sealed class ProposalRow
{
    public const string Columns =
        """
        id, hotspot_id, workload_id, workload_name, status, reason, start_before, end_before, region_before, option, start_time, end_time, region_id,
            energy_kwh, energy_basis, before_kg, after_kg, expected_saving_kg, created_at, planned_at, decided_by, decided_at
        """;

    public const string Proposed = "proposed";
    public const string Choosing = "choosing";
    public const string Chosen = "chosen";
    public const string Refused = "refused";
    public const string Withdrawn = "withdrawn";

    /// <summary>The states, as a filter takes them.</summary>
    public static readonly IReadOnlyList<string> States = [Proposed, Choosing, Chosen, Refused, Withdrawn];

    public Guid Id { get; init; }
    public Guid HotspotId { get; init; }
    public Guid WorkloadId { get; init; }
    public string WorkloadName { get; init; } = "";
    public string Status { get; init; } = "";
    public string Reason { get; init; } = "";
    public DateTime StartBefore { get; init; }
    public DateTime EndBefore { get; init; }
    public short RegionBefore { get; init; }
    public short Option { get; init; }
    public DateTime StartTime { get; init; }
    public DateTime EndTime { get; init; }
    public short RegionId { get; init; }
    public double EnergyKwh { get; init; }
    public string EnergyBasis { get; init; } = "";
    public double BeforeKg { get; init; }
    public double AfterKg { get; init; }
    public double ExpectedSavingKg { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime PlannedAt { get; init; }
    public string DecidedBy { get; init; } = "";
    public DateTime? DecidedAt { get; init; }
}
