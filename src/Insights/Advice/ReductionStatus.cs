namespace Pylon.Insights.Advice;

/// <summary>The words for where a recommendation's co2_reduction is from.</summary>
internal static class ReductionStatus
{
    /// <summary>The lever of the measure, on the entity's own last 28 days.</summary>
    public const string Simulated = "simulated";

    /// <summary>The lever cannot be simulated here; the middle of the measure's typical saving.</summary>
    public const string Typical = "typical";

    /// <summary>The external engine says so.</summary>
    public const string Claimed = "claimed";

    /// <summary>The external engine says so, and the simulation agrees within 25 %.</summary>
    public const string Agreed = "agreed";

    /// <summary>The external engine says so, and the simulation says otherwise.</summary>
    public const string Disputed = "disputed";
}
