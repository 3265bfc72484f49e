using System.Runtime.InteropServices;
using Pylon.Bench.Faults;
using Pylon.Bench.Fleet;
using Pylon.Bench.Harness;
using Pylon.Bench.Scenarios;
using Pylon.Bench.Soak;
using Pylon.Fuzzing;
using Pylon.LocalStack.Machine;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

// What stands before the first option are files.
var files = args.Skip(1).TakeWhile(arg => !arg.StartsWith("--", StringComparison.Ordinal)).ToList();
var options = Options(args.Skip(1 + files.Count));
IReadOnlyList<Scenario> scenarios =
[
    new ConductScenario(),
    new WorkScenario(),
    new IngestScenario(),
    new AuditScenario(),
    new PlanWindowScenario(),
    new ForecastScenario(files),
    new GetWorkloadScenario(),
    new IdleScenario(),
    new LiveStateScenario(),
    new PlacementScenario((int)(options?.GetValueOrDefault("--backlog") ?? PlacementScenario.DefaultBacklog)),
    new PickupScenario(),
    new SseScenario(),
    new SseReturnScenario(),
    new PageScenario(),
    new GrpcProxyScenario(),
    new RestScenario(),
    new WebhookScenario(),
    new FleetScenario(),
    new FuzzScenario(options?.GetValueOrDefault("--inputs") ?? FuzzScenario.DefaultInputs, (int)(options?.GetValueOrDefault("--seed") ?? FuzzRun.Seed), files),
    new PlanScenario(files),
    new HotspotsScenario(),
    new HotspotsQualityScenario(files, (int)(options?.GetValueOrDefault("--draw") ?? 0)),
    new FaultsScenario(files, (int)(options?.GetValueOrDefault("--operations") ?? FaultsScenario.DefaultOperations), (int)(options?.GetValueOrDefault("--seed") ?? SoakScenario.DefaultSeed)),
    new SoakScenario(
        (int)(options?.GetValueOrDefault("--minutes") ?? SoakScenario.DefaultMinutes), (int)(options?.GetValueOrDefault("--rate") ?? SoakScenario.DefaultRate),
        (int)(options?.GetValueOrDefault("--seed") ?? SoakScenario.DefaultSeed)),
];

if (options is null || args is not [var name, ..] || scenarios.FirstOrDefault(one => one.Name == name) is not { } scenario
    || (files.Count > 0 && scenario is not (ForecastScenario or PlanScenario or HotspotsQualityScenario or FuzzScenario or FaultsScenario)))
{
    await Console.Error.WriteLineAsync("bench/run <scenario> [--rounds N]; forecast and plan [file.csv …], hotspots-quality [grid.csv] [--draw N], fuzz [target …] [--inputs N] [--seed S], placement [--backlog N], faults [\"fault\" …] [--operations N] [--seed S], soak [--minutes N] [--rate N] [--seed S]\n");
    foreach (var one in scenarios)
        await Console.Error.WriteLineAsync($"  {one.Name,-16} {one.About}");
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

// Pairs of a name and a number from 1 (of --draw from 0); null when they are anything else.
static Dictionary<string, long?>? Options(IEnumerable<string> more)
{
    var options = new Dictionary<string, long?>(StringComparer.Ordinal);
    foreach (var pair in more.Chunk(2))
    {
        if (pair is not ["--rounds" or "--inputs" or "--seed" or "--minutes" or "--rate" or "--draw" or "--backlog" or "--operations", var text] || !int.TryParse(text, out var given) || given < (pair[0] == "--draw" ? 0 : 1) || !options.TryAdd(pair[0], given))
            return null;
    }

    return options;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
