using Pylon.Bench.Harness;
using Pylon.Bench.Soak;
using Pylon.Conductor.V1;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Faults;

/// <summary>
/// The fault matrix: each fault of the soak alone, again and again while reports, events and workloads are acknowledged; then what was
/// acknowledged is counted: nothing lost, nothing doubled.
/// </summary>
/// <param name="chosen">Names of faults; none for all.</param>
/// <param name="operations">Acknowledged reports and events, over all faults.</param>
/// <param name="seed">Of what becomes of each workload.</param>
internal sealed class FaultsScenario(IReadOnlyList<string> chosen, int operations, int seed)
    : Scenario("faults", "each fault alone under load, and every acknowledged operation counted: [\"fault\" …] [--operations N] [--seed S]")
{
    public const int DefaultOperations = 1_000_000;
    private const int WorkloadsPerSecond = 2;
    private const int LeastInjections = 3;
    private static readonly TimeSpan QuietPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <exception cref="StackException">Something was lost or doubled; the result is written all the same.</exception>
    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var tally = new SoakTally();
        await using var stack = await SoakStack.StartAsync(run, cancellationToken);
        var faults = new SoakFaults(stack, tally, new Random(seed));
        if (chosen.FirstOrDefault(name => !faults.Names.Contains(name)) is { } unknown)
            throw new StackException($"no fault is named '{unknown}'; there are: {string.Join(", ", faults.Names)}");
        var names = chosen.Count > 0 ? chosen : faults.Names;
        Console.WriteLine($"faults: {operations:#,0} operations over {names.Count} faults; logs in {stack.Logs}\n");
        var width = names.Max(name => name.Length);
        Console.WriteLine($"  {"fault".PadRight(width)}  injected  operations  repeated  workloads  lost or doubled");
        var cells = new List<object>();
        var broken = 0;
        for (var n = 0; n < names.Count; n++)
        {
            var (cell, wrong) = await CellAsync(stack, faults, tally, names[n], n, operations / names.Count, cancellationToken);
            Console.WriteLine($"  {names[n].PadRight(width)}  {cell.Injected,8}  {cell.Operations,10:#,0}  {cell.Repeated,8}  {cell.Workloads,9}  {(wrong.Count == 0 ? "0" : string.Join("; ", wrong))}");
            cells.Add(cell with { Wrong = wrong });
            broken += wrong.Count == 0 ? 0 : 1;
        }

        run.Outcome = new { Operations = operations, Seed = seed, Cells = cells };
        if (broken > 0)
        {
            await run.WriteAsync(CancellationToken.None);
            throw new StackException($"{broken} of {names.Count} faults lost or doubled something");
        }
    }

    private async Task<(Cell Cell, IReadOnlyList<string> Wrong)> CellAsync(
        SoakStack stack, SoakFaults faults, SoakTally tally, string name, int number, int count, CancellationToken cancellationToken)
    {
        var (submitted, injected) = (tally.Submitted.Count, 0);
        var load = new OperationLoad(stack.Client, $"{number}");
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var workloads = new SoakLoad(stack, tally, WorkloadsPerSecond, seed + number).RunAsync(end.Token);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var acknowledged = load.RunAsync(count, enough.Token, cancellationToken);
            for (; injected < LeastInjections; injected++)
            {
                await Task.Delay(Pause, cancellationToken);
                await faults.InjectAsync(name, cancellationToken);
            }

            await enough.CancelAsync();
            (await stack.Sandbox.DeleteAsync("/admin/bpp/faults", cancellationToken)).EnsureSuccessStatusCode();
            await end.CancelAsync();
            await workloads;
            await acknowledged;
        }

        var wrong = await WrongAsync(stack, tally, load, cancellationToken);
        return (new Cell(name, injected, load.Recorded + load.Reported.Values.Sum(), load.Repeated, tally.Submitted.Count - submitted, []), wrong);
    }

    /// <summary>What does not hold when the stack is quiet, or patience ends.</summary>
    private static async Task<IReadOnlyList<string>> WrongAsync(SoakStack stack, SoakTally tally, OperationLoad load, CancellationToken cancellationToken)
    {
        var (findings, _) = await Quiet.WaitAsync(
            async token =>
            [
                .. await OperationChecks.RunAsync(stack, load, (batch, stop) => StateAsync(stack, batch, stop), token),
                .. await new SoakChecks(stack, tally).RunAsync(token),
            ],
            QuietPatience,
            Pause,
            notYet: null,
            cancellationToken);
        // Told once, with the fault under which it happened.
        tally.Problems.Clear();
        return [.. findings.Where(finding => !finding.Holds).Select(finding => $"{finding.Check}: {finding.Found}")];
    }

    private static async Task<(long Completed, double Energy)> StateAsync(SoakStack stack, string batch, CancellationToken cancellationToken)
    {
        var answer = await stack.Client.Pipelines.GetBatchAsync(new GetBatchRequest { BatchId = batch }, cancellationToken: cancellationToken);
        var phase = answer.Batch.Phases.Single();
        return (phase.Completed, phase.EnergyKwh);
    }

    private sealed record Cell(string Fault, int Injected, long Operations, long Repeated, int Workloads, IReadOnlyList<string> Wrong);
}
