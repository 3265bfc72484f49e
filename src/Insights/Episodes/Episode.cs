namespace Pylon.Insights.Episodes;

/// <summary>A hotspot while it is judged.</summary>
internal sealed class Episode
{
    public required Guid Id { get; init; }

    /// <summary>True until it is stored.</summary>
    public bool IsNew { get; init; }

    public required string Status { get; set; }

    public required string Cause { get; set; }

    /// <summary>The highest so far.</summary>
    public required Level Severity { get; set; }

    /// <summary>Of the last hour that counts.</summary>
    public Level CurrentSeverity { get; set; }

    /// <summary>baseline, prediction or both.</summary>
    public string Basis { get; set; } = TestedBy.Baseline;

    public required DateTimeOffset FirstHour { get; set; }

    /// <summary>The last one that was judged.</summary>
    public required DateTimeOffset LastHour { get; set; }

    public int Reopened { get; set; }

    public bool IsFlapping { get; set; }

    /// <summary>The hour with the highest score; null while it is the stored one.</summary>
    public JudgedHour? Worst { get; private set; }

    /// <summary>Of the worst hour.</summary>
    public double WorstScore { get; set; } = double.NegativeInfinity;

    /// <summary>The hours that were judged since it was read.</summary>
    public SortedDictionary<DateTimeOffset, JudgedHour> Hours { get; } = [];

    /// <summary>True for a hotspot that persons hear of.</summary>
    public bool IsAlerting => Status is HotspotStatus.Open or HotspotStatus.Acknowledged;

    public void Note(in JudgedHour hour)
    {
        Hours[hour.Hour] = hour;
        if (hour.Level > Level.Normal && hour.Hour < FirstHour)
            FirstHour = hour.Hour;
        if (hour.Level > Level.Normal && hour.Score >= WorstScore)
            (Worst, WorstScore) = (hour, hour.Score);
        if (hour.Hour >= LastHour)
            (LastHour, CurrentSeverity) = (hour.Hour, hour.Level);
        if (hour.Level > Level.Normal && hour.Basis != Basis)
            Basis = TestedBy.Both;
    }
}
