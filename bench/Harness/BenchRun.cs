using System.Diagnostics;
using System.Globalization;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.Bench.Harness;

/// <summary>One run of a scenario: its servers and services, its comparisons, and where they are written.</summary>
internal sealed class BenchRun(Scenario scenario, int? rounds, Checkout checkout) : IAsyncDisposable
{
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(30);

    private readonly List<StackProcess> _started = [];
    private readonly List<Comparison> _comparisons = [];
    private readonly List<string> _notes = [];
    private readonly string? _load = LoadAverage();

    /// <summary>The source tree.</summary>
    public Checkout Checkout => checkout;

    /// <summary>What a scenario found that compares nothing; written as it is.</summary>
    public object? Outcome { get; set; }

    /// <summary>A throw-away PostgreSQL, fsync off, gone with its data at the end.</summary>
    public async Task<PrivatePostgres> StartPostgresAsync(CancellationToken cancellationToken) =>
        Started(await PrivatePostgres.StartThrowawayAsync(cancellationToken));

    /// <summary>The same with fsync, as in production.</summary>
    public async Task<PrivatePostgres> StartDurablePostgresAsync(CancellationToken cancellationToken) =>
        Started(await PrivatePostgres.StartDurableThrowawayAsync(cancellationToken));

    /// <summary>A throw-away Redis.</summary>
    public async Task<PrivateRedis> StartRedisAsync(CancellationToken cancellationToken) =>
        Started(await PrivateRedis.StartThrowawayAsync(cancellationToken));

    /// <summary>A process of a service from its Release build, on free ports, waited for until it is healthy.</summary>
    public async Task<ServiceProcess> StartAsync(
        ServiceDefinition service, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellationToken)
    {
        var log = Path.Combine(checkout.Logs, "bench", scenario.Name, $"{service.Name}-{_started.Count}.log");
        var process = ServiceProcess.OnFreePorts(service.Name, checkout.Program(service.Project, "Release"), log, service.GrpcPort is not null, settings);
        _started.Add(process);
        await process.StartAsync(cancellationToken);
        return process;
    }

    /// <summary>Has the calls take turns for half a minute: a service runs for weeks, and the compilation of its methods is not measured.</summary>
    public static async Task WarmAsync(CancellationToken cancellationToken, params Func<CancellationToken, Task>[] calls)
    {
        using var progress = new ProgressLine();
        progress.Show("warming");
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Warming;)
        {
            foreach (var call in calls)
                await call(cancellationToken);
        }

        progress.Clear();
    }

    /// <summary>Measures the contenders against each other and shows the table.</summary>
    /// <param name="title">What is done, with its size.</param>
    /// <param name="item">What is counted.</param>
    /// <param name="contenders">In the order of the table.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <param name="defaultRounds">Rounds when the command line names none.</param>
    /// <param name="warmUp">False when the scenario has warmed the contenders itself.</param>
    /// <param name="once">A single round, because a second would not find what the first found: memory of a fresh process.</param>
    public async Task<Comparison> CompareAsync(
        string title, string item, IReadOnlyList<Contender> contenders, CancellationToken cancellationToken, int defaultRounds = 5, bool warmUp = true, bool once = false)
    {
        using var progress = new ProgressLine();
        var comparison = await Comparison.MeasureAsync(title, item, once ? 1 : rounds ?? defaultRounds, contenders, warmUp, progress.Show, cancellationToken);
        progress.Clear();
        _comparisons.Add(comparison);
        ResultTable.Write(comparison, Console.Out);
        return comparison;
    }

    /// <summary>A finding for the reader, beside the figures.</summary>
    public void Note(string text)
    {
        _notes.Add(text);
        Console.WriteLine(text);
    }

    /// <summary>The same for a bar, and whether it is reached.</summary>
    public void Note(FormattableString text, bool isReached)
    {
        Note(text.ToString(CultureInfo.InvariantCulture) + (isReached ? ": reached" : ": MISSED"));
    }

    /// <summary>Writes <c>bench/results/&lt;scenario&gt;.json</c> and returns its path.</summary>
    public Task<string> WriteAsync(CancellationToken cancellationToken) =>
        ResultFile.WriteAsync(checkout, scenario, _load, _comparisons, _notes, Outcome, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started.AsEnumerable().Reverse())
            await process.DisposeAsync();
    }

    // What else the machine was doing when this began.
    private static string? LoadAverage() => OperatingSystem.IsLinux() ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : null;

    private T Started<T>(T process)
        where T : StackProcess
    {
        _started.Add(process);
        return process;
    }
}
