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

    /// <summary>All that were judged since it began, with those that are stored.</summary>
    public SortedDictionary<DateTimeOffset, JudgedHour> Hours { get; } = [];

    /// <summary>Those of <see cref="Hours"/> that are not stored, or stored otherwise.</summary>
    public SortedSet<DateTimeOffset> ChangedHours { get; } = [];

    /// <summary>True for a hotspot that persons hear of.</summary>
    public bool IsAlerting => Status is HotspotStatus.Open or HotspotStatus.Acknowledged;

    /// <summary>The abnormal hour with the highest score; the first of equal ones.</summary>
    public JudgedHour Worst => Hours.Values.Where(hour => hour.Level > Level.Normal).DefaultIfEmpty().MaxBy(hour => hour.Score);

    /// <summary>What was emitted above what is normal, from the first abnormal hour to the last, kg CO2e.</summary>
    public double ImpactKg
    {
        get
        {
            var last = Hours.Values.LastOrDefault(hour => hour.Level > Level.Normal).Hour;
            return Hours.Values.Where(hour => hour.Hour >= FirstHour && hour.Hour <= last).Sum(hour => hour.ActualKg - hour.ExpectedKg);
        }
    }

    public void Note(in JudgedHour hour)
    {
        Hours[hour.Hour] = hour;
        ChangedHours.Add(hour.Hour);
        if (hour.Level > Level.Normal && hour.Hour < FirstHour)
            FirstHour = hour.Hour;
        if (hour.Hour >= LastHour)
            (LastHour, CurrentSeverity) = (hour.Hour, hour.Level);
        if (hour.Level > Level.Normal && hour.Basis != Basis)
            Basis = TestedBy.Both;
    }
}
