using System.Runtime.InteropServices;
using Pylon.Bench.Harness;
using Pylon.Bench.Scenarios;
using Pylon.LocalStack.Machine;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

IReadOnlyList<Scenario> scenarios =
[
    new ConductScenario(),
    new IngestScenario(),
];

if (args is not [var name, .. var more] || scenarios.FirstOrDefault(one => one.Name == name) is not { } scenario || !TryRounds(more, out var rounds))
{
    await Console.Error.WriteLineAsync("bench/run <scenario> [--rounds N]\n");
    foreach (var one in scenarios)
        await Console.Error.WriteLineAsync($"  {one.Name,-12} {one.About}");
    return args.Length == 0 ? 0 : 2;
}

try
{
    await using var run = new BenchRun(scenario, rounds, Checkout.Find());
    await scenario.RunAsync(run, stop.Token);
    Console.WriteLine($"\n{Path.GetRelativePath(Directory.GetCurrentDirectory(), await run.WriteAsync(CancellationToken.None))}");
    return 0;
}
catch (StackException e)
{
    await Console.Error.WriteLineAsync("bench: " + e.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

static bool TryRounds(string[] more, out int? rounds)
{
    rounds = more is ["--rounds", var text] && int.TryParse(text, out var given) && given > 0 ? given : null;
    return more.Length == 0 || rounds is not null;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
