using System.Diagnostics;

namespace Pylon.Bench.Harness;

/// <summary>
/// Contenders on the same work. They take turns over several rounds, each round begun by another one, so that what the
/// machine does beside falls on all of them; the first round is for warming up and does not count, unless the scenario has
/// warmed them itself.
/// </summary>
/// <param name="Title">What is done, with its size.</param>
/// <param name="Item">What is counted, in the plural: rows, requests.</param>
/// <param name="Results">In the order in which the contenders were given.</param>
internal sealed record Comparison(string Title, string Item, IReadOnlyList<Measured> Results)
{
    public Measured? Peer => Results.FirstOrDefault(result => result.Contender.IsPeer);

    /// <summary>Own rate through that of the peer; null without a peer.</summary>
    public double? Ratio(Measured result) => Peer is { } peer ? result.Medians.Rate / peer.Medians.Rate : null;

    public bool? IsBarReached(Measured result) => result.Contender.Bar?.IsReached(result.Medians, (Peer ?? result).Medians);

    public static async Task<Comparison> MeasureAsync(
        string title, string item, int rounds, IReadOnlyList<Contender> contenders, bool warmUp, Action<string> progress, CancellationToken cancellationToken)
    {
        var figures = contenders.Select(_ => new List<Figures>()).ToArray();
        for (var round = warmUp ? 0 : 1; round <= rounds; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                var n = (round + turn) % contenders.Count;
                progress($"{(round == 0 ? "warm-up" : $"round {round} of {rounds}")}: {contenders[n].Name}");
                var one = await MeasureAsync(contenders[n], cancellationToken);
                if (round > 0)
                    figures[n].Add(one);
            }
        }

        return new Comparison(title, item, [.. contenders.Select((contender, n) => new Measured(contender, figures[n]))]);
    }

    private static async Task<Figures> MeasureAsync(Contender contender, CancellationToken cancellationToken)
    {
        if (contender.PrepareAsync is { } prepare)
            await prepare(cancellationToken);
        var processes = contender.Processes?.Invoke().ToList();
        // A measurement does not pay for the garbage of the one before.
        GC.Collect();
        var cpu = CpuTime.OfTrees(processes);
        var parts = contender.Parts.Select(part => CpuTime.OfTrees([part.Pid])).ToList();
        var start = Stopwatch.GetTimestamp();
        var work = await contender.RunAsync(cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        var each = contender.Parts.Zip(parts, (part, before) => (part.Name, Spent: CpuTime.OfTrees([part.Pid]) - before))
            .Where(part => part.Spent is not null)
            .Select(part => KeyValuePair.Create($"{part.Name} µs", part.Spent!.Value.TotalMicroseconds / Math.Max(work.Items, 1)));
        return Figures.Of(work with { More = new Dictionary<string, double>([.. work.More, .. each]) }, took, CpuTime.OfTrees(processes) - cpu);
    }
}
