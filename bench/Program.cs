using System.Runtime.InteropServices;
using Pylon.Bench.Harness;
using Pylon.Bench.Scenarios;
using Pylon.Fuzzing;
using Pylon.LocalStack.Machine;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var options = Options(args.Skip(1));
IReadOnlyList<Scenario> scenarios =
[
    new ConductScenario(),
    new IngestScenario(),
    new LiveStateScenario(),
    new FuzzScenario(options?.GetValueOrDefault("--inputs") ?? FuzzScenario.DefaultInputs, (int)(options?.GetValueOrDefault("--seed") ?? FuzzRun.Seed)),
];

if (options is null || args is not [var name, ..] || scenarios.FirstOrDefault(one => one.Name == name) is not { } scenario)
{
    await Console.Error.WriteLineAsync("bench/run <scenario> [--rounds N]\n");
    foreach (var one in scenarios)
        await Console.Error.WriteLineAsync($"  {one.Name,-12} {one.About}");
    return args.Length == 0 ? 0 : 2;
}

try
{
    await using var run = new BenchRun(scenario, (int?)options.GetValueOrDefault("--rounds"), Checkout.Find());
    await scenario.RunAsync(run, stop.Token);
    if (scenario is FuzzScenario)
        return 0;
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

// Pairs of a name and a number from 1; null when they are anything else.
static Dictionary<string, long?>? Options(IEnumerable<string> more)
{
    var options = new Dictionary<string, long?>(StringComparer.Ordinal);
    foreach (var pair in more.Chunk(2))
    {
        if (pair is not ["--rounds" or "--inputs" or "--seed", var text] || !int.TryParse(text, out var given) || given <= 0 || !options.TryAdd(pair[0], given))
            return null;
    }

    return options;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
