namespace Pylon.Bench.Harness;

/// <summary>What was measured of a contender, in one round or as medians of all.</summary>
/// <param name="Items">Done.</param>
/// <param name="Seconds">Taken.</param>
/// <param name="Rate">Items per second.</param>
/// <param name="CpuMicroseconds">CPU time per item; null where it cannot be read.</param>
/// <param name="More">Further figures by name.</param>
internal sealed record Figures(long Items, double Seconds, double Rate, double? CpuMicroseconds, IReadOnlyDictionary<string, double> More)
{
    public static Figures Of(Work work, TimeSpan took, TimeSpan? cpu) => new(
        work.Items, took.TotalSeconds, work.Items / took.TotalSeconds, cpu?.TotalMicroseconds / Math.Max(work.Items, 1), work.More);

    public static Figures Medians(IReadOnlyList<Figures> rounds) => new(
        (long)Median(rounds.Select(round => (double)round.Items)),
        Median(rounds.Select(round => round.Seconds)),
        Median(rounds.Select(round => round.Rate)),
        rounds.All(round => round.CpuMicroseconds is not null) ? Median(rounds.Select(round => round.CpuMicroseconds!.Value)) : null,
        rounds[0].More.Keys.ToDictionary(name => name, name => Median(rounds.Select(round => round.More[name]))));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>A contender with all its rounds.</summary>
internal sealed record Measured(Contender Contender, IReadOnlyList<Figures> Rounds)
{
    public Figures Medians { get; } = Figures.Medians(Rounds);
}
