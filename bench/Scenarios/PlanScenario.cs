using System.Diagnostics;
using Pylon.Bench.Harness;
using Pylon.Forecasting.Planning.Series;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// Jobs of mixed durations and slacks over a year-long series, half of them interruptible: a series prepared anew for every
/// round, whose preparation is a column of its own, against a plain pass over the window of each job. All answers are compared.
/// </summary>
/// <param name="files">CSV files with a series each; none for a synthetic year of hours.</param>
internal sealed class PlanScenario(IReadOnlyList<string> files) : Scenario("plan", "100,000 jobs over a year-long series: the planner against a plain pass per job: [file.csv …]")
{
    private const int Jobs = 100_000;
    private const int Week = 168;
    private const int Month = 720;
    private const int MostMegabytes = 32;
    private const int WarmUpPasses = 30;

    private const string PreparedMilliseconds = "prepared in ms";
    private const string Megabyte = "MB a series";

    // A second for everything, and what is kept of a series.
    private static readonly Bar InASecond = new(
        $"< 1 s, < {MostMegabytes} MB", (own, _) => own.Seconds + (own.More[PreparedMilliseconds] / 1_000) < 1 && own.More[Megabyte] < MostMegabytes);

    private static readonly Bar FiftyTimes = new(
        $"≥ 50 of its rate, < 1 s, < {MostMegabytes} MB", (own, peer) => own.Rate >= 50 * peer.Rate && InASecond.IsReached(own, peer));

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            await RunAsync(run, "a synthetic year", PlanValues.Synthetic(), cancellationToken);
        foreach (var file in files)
            await RunAsync(run, Path.GetFileNameWithoutExtension(file), PlanValues.Read(file), cancellationToken);
    }

    private static async Task RunAsync(BenchRun run, string name, long[] values, CancellationToken cancellationToken)
    {
        var about = $"{Jobs:#,0} jobs over {values.Length:#,0} steps of {name}";
        var (year, week) = (Queries(values.Length, Math.Min(Month, values.Length), values.Length), Queries(values.Length, values.Length, Week));
        await CompareAsync(run, $"{about}, from the first month, slack up to a year", values, year, listsSteps: false, FiftyTimes, cancellationToken);
        await CompareAsync(run, $"{about}, the same with the steps of interruptible jobs listed", values, year, listsSteps: true, InASecond, cancellationToken);
        await CompareAsync(run, $"{about}, from the whole year, slack up to a week, steps listed", values, week, listsSteps: true, InASecond, cancellationToken);
    }

    private static async Task CompareAsync(
        BenchRun run, string title, long[] values, WindowQuery[] queries, bool listsSteps, Bar bar, CancellationToken cancellationToken)
    {
        var (planned, plain) = (new PlanAnswers(queries, listsSteps), new PlanAnswers(queries, listsSteps));
        var megabytes = Megabytes(values, queries, planned);
        WarmUp(values, queries, planned, plain);
        var (series, prepared) = (default(PlanSeries), TimeSpan.Zero);
        await run.CompareAsync(
            title,
            "jobs",
            [
                new("plain pass per job", _ => Task.FromResult<Work>(PlainPass.Answer(values, queries, plain))) { IsPeer = true },
                new("planner", _ => Task.FromResult(new Work(Answer(series!, queries, planned))
                {
                    More = new Dictionary<string, double>(StringComparer.Ordinal) { [PreparedMilliseconds] = prepared.TotalMilliseconds, [Megabyte] = megabytes },
                }))
                {
                    PrepareAsync = _ =>
                    {
                        var start = Stopwatch.GetTimestamp();
                        series = Prepare(values, queries, planned);
                        prepared = Stopwatch.GetElapsedTime(start);
                        return Task.CompletedTask;
                    },
                    Bar = bar,
                },
            ],
            cancellationToken);
        if (planned.FirstDifference(plain) is { } job)
            throw new StackException($"job {job} ({queries[job]}) has different answers");
        run.Note($"{title}: all {Jobs:#,0} answers are equal");
    }

    // Every second one is interruptible.
    private static WindowQuery[] Queries(int steps, int arrivals, int longestSlack)
    {
        var random = new Random(8_760);
        var queries = new WindowQuery[Jobs];
        for (var n = 0; n < queries.Length; n++)
        {
            var duration = random.Next(1, Math.Min(Week, steps) + 1);
            queries[n] = new WindowQuery(random.Next(Math.Min(arrivals, steps - duration + 1)), duration, random.Next(longestSlack + 1));
        }

        return queries;
    }

    // Both are compiled with all optimisations before they are measured: the planner takes 10 ms for all jobs, less than that.
    private static void WarmUp(long[] values, WindowQuery[] queries, PlanAnswers planned, PlanAnswers plain)
    {
        for (var pass = 0; pass < WarmUpPasses; pass++)
            Answer(Prepare(values, queries, planned), queries, planned);
        PlainPass.Answer(values, queries, plain);
    }

    // The indexes of a series are built when they are needed: a part of the jobs needs all of them.
    private static PlanSeries Prepare(long[] values, WindowQuery[] queries, PlanAnswers answers)
    {
        if (!PlanSeries.TryCreate(DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1), values, out var series, out var refusal))
            throw new StackException($"{refusal.Field} {refusal.Rule}");
        Answer(series, queries.AsSpan(0, Jobs / 20), answers);
        return series;
    }

    private static int Answer(PlanSeries series, ReadOnlySpan<WindowQuery> queries, PlanAnswers answers)
    {
        for (var n = 0; n < queries.Length; n++)
        {
            ref readonly var query = ref queries[n];
            var isAnswered = n % 2 == 0 ? series.TryConsecutive(query, out var answer, out var refusal) : series.TryInterruptible(query, out answer, out refusal);
            if (!isAnswered || (answers.Steps[n] is { Length: > 0 } steps && !series.TryListSmallest(query, steps, out refusal)))
                throw new StackException($"job {n}: {refusal!.Field} {refusal.Rule}");
            answers.Set(n, answer.First, answer.Sum);
        }

        return queries.Length;
    }

    // What a series keeps when all of its indexes are built.
    private static double Megabytes(long[] values, WindowQuery[] queries, PlanAnswers answers)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var series = Prepare(values, queries, answers);
        Answer(series, queries, answers);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(series);
        return bytes / 1e6;
    }
}
