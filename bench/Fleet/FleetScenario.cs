using System.Diagnostics;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Fleet;

/// <summary>
/// Several of each service: what four Orchestrators place beside two, how long the work of a killed one waits, and whether
/// callers notice that every process is replaced by a new one.
/// </summary>
internal sealed class FleetScenario()
    : Scenario("fleet", "4 Orchestrators beside 2 with a provider that takes 1 s; one killed; every service rolled under 500 calls/s")
{
    private const int Backlog = 3_000;
    private const int CallsPerSecond = 500;
    private const double LeastGain = 1.7;
    private const int DefaultRounds = 3;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(15);
    // The first 30 s of a new process are those of its compiler.
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var stack = await FleetStack.StartAsync(run, cancellationToken);
        await run.CompareAsync(
            $"a backlog of {Backlog:#,0} workloads, a provider that takes {FleetStack.ProviderDelay.TotalMilliseconds:0} ms for each answer",
            "placements",
            [
                new("2 Orchestrators", token => PlaceAsync(stack, token)) { IsPeer = true, PrepareAsync = token => PrepareAsync(stack, 2, token) },
                new("4 Orchestrators", token => PlaceAsync(stack, token)) { PrepareAsync = token => PrepareAsync(stack, 4, token), Bar = Bar.Rate(LeastGain) },
            ],
            cancellationToken,
            DefaultRounds);
        await KillAsync(run, stack, cancellationToken);
        await RollAsync(run, stack, cancellationToken);
        var doubled = await stack.CountAsync("SELECT count(*) FROM (SELECT FROM beckn_orders WHERE state IN ('pending', 'confirmed') GROUP BY workload_id HAVING count(*) > 1) d", cancellationToken);
        run.Note($"{await stack.CountAsync("SELECT count(*) FROM beckn_orders WHERE state = 'confirmed'", cancellationToken):#,0} orders are confirmed, {doubled} workloads have two; failed: {await stack.CountAsync("SELECT count(*) FROM dead_letters", cancellationToken)}");
    }

    private static async Task PrepareAsync(FleetStack stack, int orchestrators, CancellationToken cancellationToken)
    {
        await stack.RunOrchestratorsAsync(orchestrators, cancellationToken);
        await stack.FillAsync(Backlog, cancellationToken);
        await Task.Delay(Warming, cancellationToken);
    }

    private static async Task<Work> PlaceAsync(FleetStack stack, CancellationToken cancellationToken)
    {
        const string Placed = "SELECT count(*) FROM compute_workloads WHERE status = 'pending_user_choice'";
        var before = await stack.CountAsync(Placed, cancellationToken);
        await Task.Delay(Round, cancellationToken);
        return await stack.CountAsync(Placed, cancellationToken) - before;
    }

    // Whatever was leased at the kill is in other hands, or done, when its lease was not renewed.
    private static async Task KillAsync(BenchRun run, FleetStack stack, CancellationToken cancellationToken)
    {
        await PrepareAsync(stack, stack.Orchestrators.Count, cancellationToken);
        await stack.Orchestrators[^1].KillAsync();
        var (held, clock) = (await stack.LeasesAsync(cancellationToken), Stopwatch.StartNew());
        while (true)
        {
            var now = await stack.LeasesAsync(cancellationToken);
            var left = held.Count(lease => now.TryGetValue(lease.Key, out var owner) && owner == lease.Value);
            if (left == 0)
                break;
            if (clock.Elapsed > Patience)
                throw new StackException($"{left} of {held.Count} workloads are still held by their old owner after {Patience.TotalSeconds:0} s");
            await Task.Delay(Pause, cancellationToken);
        }

        var limit = FleetStack.Lease + TimeSpan.FromSeconds(2);
        var took = clock.Elapsed;
        run.Note($"SIGKILL of one Orchestrator: all of the {held.Count} workloads that were leased went on after {took.TotalSeconds:0.0} s; bar ≤ {limit.TotalSeconds:0} s, the lease and 2 s more", took <= limit);
        await stack.RunOrchestratorsAsync(stack.Orchestrators.Count, cancellationToken);
    }

    private static async Task RollAsync(BenchRun run, FleetStack stack, CancellationToken cancellationToken)
    {
        var load = new FleetLoad(stack.Client, CallsPerSecond);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loading = load.RunAsync(end.Token);
        await Task.Delay(Settling, cancellationToken);
        var clock = Stopwatch.StartNew();
        foreach (var process in stack.Services)
        {
            await process.StopAsync();
            await process.StartAgainAsync(cancellationToken);
            await Task.Delay(Settling, cancellationToken);
        }

        var took = clock.Elapsed;
        await end.CancelAsync();
        await loading;
        double[] sorted = [.. load.Took.Order()];
        var failed = load.Failures.Count;
        var made = sorted.Length + failed;
        run.Note($"{stack.Services.Count} processes of every service were replaced in {took.TotalSeconds:0} s under {made / (took + Settling).TotalSeconds:0} idempotent calls/s: p50 {sorted[sorted.Length / 2]:0.0}, p99 {sorted[sorted.Length * 99 / 100]:0} ms, longest {sorted[^1]:0} ms; {failed} of {made:#,0} failed; bar 0", failed == 0);
        foreach (var (failure, count) in load.Failures.CountBy(failure => failure).OrderByDescending(failure => failure.Value).Take(5))
            run.Note($"  {count}× {failure}");
    }
}
