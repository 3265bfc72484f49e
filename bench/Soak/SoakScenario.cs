using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Soak;

/// <summary>
/// A stack of its own under load while faults are injected one after the other; then it must become quiet: every workload
/// terminal, no lease held, nothing unpublished or unread (<see cref="SoakChecks"/>).
/// </summary>
/// <param name="minutes">Of load and faults; the quiet time after it comes on top.</param>
/// <param name="rate">Workloads a second.</param>
/// <param name="seed">Of the plan: what is injected when, and what becomes of each workload.</param>
internal sealed class SoakScenario(int minutes, int rate, int seed)
    : Scenario("soak", "a stack under load with every fault, then quiet: [--minutes N] [--rate N] [--seed S]")
{
    public const int DefaultMinutes = 20;
    public const int DefaultRate = 2;
    public const int DefaultSeed = 20261126;

    private static readonly TimeSpan QuietPatience = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <exception cref="StackException">The stack is not as it must be; the result is written all the same.</exception>
    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var tally = new SoakTally();
        await using var stack = await SoakStack.StartAsync(run, cancellationToken);
        var load = new SoakLoad(stack, tally, rate, seed);
        var faults = new SoakFaults(stack, tally, new Random(seed));
        Console.WriteLine($"soak: {minutes} min, {rate} workloads/s, seed {seed}; logs in {stack.Logs}");
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var loading = load.RunAsync(end.Token);
            await faults.RunAsync(TimeSpan.FromMinutes(minutes), cancellationToken);
            await end.CancelAsync();
            await loading;
        }

        var (findings, took) = await Quiet.WaitAsync(
            new SoakChecks(stack, tally).RunAsync,
            QuietPatience,
            Pause,
            (found, after) => Console.WriteLine($"  not quiet after {after.TotalSeconds:0} s: {string.Join("; ", found.Where(f => !f.Holds).Select(f => $"{f.Check}: {f.Found}"))}"),
            cancellationToken);
        SoakReport.Write(tally, findings, took, Console.Out);
        run.Outcome = SoakReport.Describe(minutes, rate, seed, tally, findings, took);
        if (findings.Count(finding => !finding.Holds) is > 0 and var broken)
        {
            await run.WriteAsync(CancellationToken.None);
            throw new StackException($"{broken} of {findings.Count} checks do not hold");
        }
    }
}
