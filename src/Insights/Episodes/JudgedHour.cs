namespace Pylon.Insights.Episodes;

/// <summary>An hour (of a sparse entity a day) held against what is normal.</summary>
/// <param name="Hour">Its start.</param>
/// <param name="Counts">False for an inactive hour, a drop-out, and while the entity is learned: nothing opens or closes by it.</param>
/// <param name="Level">How far it is from normal.</param>
internal readonly record struct JudgedHour(DateTimeOffset Hour, bool Counts, Level Level)
{
    /// <summary>The worse of the two scores.</summary>
    public double Score { get; init; }

    /// <summary>baseline, prediction or both: which test says so.</summary>
    public string Basis { get; init; } = TestedBy.Baseline;

    /// <summary>See <see cref="Episodes.Cause"/>.</summary>
    public string Cause { get; init; } = "";

    /// <summary>kg CO2e.</summary>
    public double ActualKg { get; init; }

    /// <summary>What is normal, kg CO2e.</summary>
    public double ExpectedKg { get; init; }

    /// <summary>
    /// Of the actual above what is expected, in per cent of it; where nothing is expected, in per cent of the band.
    /// </summary>
    public double PercentAbove { get; init; }

    /// <summary>Of the baseline, 0 to 1.</summary>
    public double Confidence { get; init; }

    /// <summary>In the unit of the entity: for what a person accepts as normal.</summary>
    public double Activity { get; init; }

    /// <summary>In the unit of the entity.</summary>
    public double ExpectedActivity { get; init; }
}
