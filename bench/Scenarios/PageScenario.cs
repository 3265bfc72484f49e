using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Pylon.Bench.Harness;
using Pylon.Client;
using Pylon.Events.V1;
using Pylon.Ingestion.V1;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Stacks;
using Pylon.Messaging;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// The screens of the web page in Chromium, in front of a whole stack from Release: when each is painted, in a new process of the
/// browser with an empty cache and from another screen, and what its tab uses while events come in.
/// </summary>
internal sealed class PageScenario() : Scenario("page", "the web page in Chromium before a whole stack: first paint of each screen, and the CPU of its tab at 1,000 events a minute")
{
    private const int Loads = 10;
    private const int Workloads = 30;
    private const int EventsPerMinute = 1_000;
    private const double MostPaint = 200;
    private const double MostCpu = 5;

    // The text of a page counts; its first paint may be a background.
    private const string FirstPaint =
        "new Promise(done => new PerformanceObserver(list => list.getEntries().filter(one => one.name === 'first-contentful-paint').forEach(one => done(one.startTime))).observe({ type: 'paint', buffered: true }))";

    // The page itself listens; this counts what it hears.
    private const string Counting =
        "window.heard = 0; const listen = EventSource.prototype.addEventListener; EventSource.prototype.addEventListener = function (type, tell) { return listen.call(this, type, message => { window.heard++; tell(message); }); };";

    private static readonly TimeSpan Measured = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // With the events that each listens for. The planner's listens for none; a page of one word is what the browser itself takes.
    private static readonly (string Name, string Path, Func<Event>[] Events)[] Screens =
    [
        ("one word", "/healthz", []),
        ("Now", "/", [Grid]),
        ("Workloads", "/web/workloads", [Workload]),
        ("Plan", "/web/plan?hours=4&within=24&power=100&interruptible=yes", []),
        ("Hotspots", "/web/hotspots", [Hotspot]),
        ("System", "/web/system", [Grid, Workload, Hotspot]),
    ];

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        await using var stack = await RunningStack.StartAsync(
            new StackOptions(run.Checkout, StackAddresses.Choose(null, postgres.Uri, redis.Address, random: true))
            {
                LogDirectory = Path.Combine(run.Checkout.Logs, "bench", Name),
                Throwaway = true,
            },
            cancellationToken);
        await FillAsync(stack, cancellationToken);
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PYLON_REDIS", redis.Address)]).Build();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(configuration).AddEventStream(configuration).BuildServiceProvider();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = await Chromium.EnsureAsync(new Quiet(), cancellationToken), Args = ["--no-sandbox"] });

        // A service runs for weeks; the compilation of what draws the screens is not measured.
        await BenchRun.WarmAsync(cancellationToken, [.. Screens.Select(screen => (Func<CancellationToken, Task>)(_ => PaintAsync(browser, stack.Addresses.Url + screen.Path)))]);
        var rows = new List<Row>();
        foreach (var (name, path, kinds) in Screens)
        {
            var paints = new List<(double First, double Next)>();
            for (var n = 0; n < Loads; n++)
                paints.Add(await PaintAsync(browser, stack.Addresses.Url + path));
            rows.Add(new Row(name, Median(paints.Select(one => one.First)), Median(paints.Select(one => one.Next)), await TabAsync(browser, stack.Addresses.Url + path, services.GetRequiredService<IEventStream>(), kinds, cancellationToken)));
        }

        Write(rows);
        run.Outcome = new { Screens = rows, Loads, EventsPerMinute, MeasuredSeconds = Measured.TotalSeconds };
        run.Note($"first paint in a new process of the browser, medians of {Loads}: at most {rows.Max(row => row.FirstVisitMs):0} ms; bar < {MostPaint}", rows.All(row => row.FirstVisitMs < MostPaint));
        run.Note($"first paint from another screen, medians of {Loads}: at most {rows.Max(row => row.NextVisitMs):0} ms; bar < {MostPaint}", rows.All(row => row.NextVisitMs < MostPaint));
        run.Note($"a tab at {EventsPerMinute:#,0} events a minute: at most {rows.Max(row => row.CpuPercent):0.0} % of a core; bar < {MostCpu}", rows.All(row => row.CpuPercent < MostCpu));
    }

    private static void Write(IEnumerable<Row> rows)
    {
        Console.WriteLine($"\n  {"",-12}{"first visit ms",16}{"next visit ms",16}{"tab CPU % of a core",22}");
        foreach (var row in rows)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.Screen,-12}{row.FirstVisitMs,16:0}{row.NextVisitMs,16:0}{row.CpuPercent,22:0.0}"));
        Console.WriteLine();
    }

    /// <summary>Values of the grid, and workloads on the way to their options.</summary>
    private static async Task FillAsync(RunningStack stack, CancellationToken cancellationToken)
    {
        using var client = new PylonClient(stack.Addresses.Grpc);
        for (var n = 1; n <= Workloads; n++)
            await client.Workloads.SubmitWorkloadAsync(new() { WorkloadName = $"workload {n}", WorkloadType = "TRAINING_RUN", RequiredGpuMins = 120, UserEmail = "user@example.org" }, cancellationToken: cancellationToken);
        var read = (await client.PipelineRuns.RunPipelineAsync(new RunPipelineRequest(), cancellationToken: cancellationToken)).Run.Id;
        for (var began = Stopwatch.GetTimestamp(); (await client.PipelineRuns.GetRunAsync(new() { RunId = read }, cancellationToken: cancellationToken)).Run.FinishedAt is null;)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new StackException($"The sources were not read within {Patience.TotalSeconds} s");
            await Task.Delay(TimeSpan.FromSeconds(0.2), cancellationToken);
        }
    }

    private static double Median(IEnumerable<double> all) => all.Order().ElementAt(Loads / 2);

    private static async Task<(double First, double Next)> PaintAsync(IBrowser browser, string address)
    {
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(address);
        var first = await page.EvaluateAsync<double>(FirstPaint);
        await page.GotoAsync(address);
        return (first, await page.EvaluateAsync<double>(FirstPaint));
    }

    /// <summary>The share of a core that the process of the tab uses while events come in.</summary>
    private static async Task<double> TabAsync(IBrowser browser, string address, IEventStream stream, Func<Event>[] kinds, CancellationToken cancellationToken)
    {
        await using var context = await browser.NewContextAsync();
        await context.AddInitScriptAsync(Counting);
        var page = await context.NewPageAsync();
        await page.GotoAsync(address);
        var control = await browser.NewBrowserCDPSessionAsync();
        await Task.Delay(Settle, cancellationToken);
        var heard = await page.EvaluateAsync<int>("window.heard");
        var (before, began) = (await CpuAsync(control), Stopwatch.GetTimestamp());
        using var timer = new PeriodicTimer(Measured / EventsPerMinute);
        for (var sent = 0; sent < EventsPerMinute && await timer.WaitForNextTickAsync(cancellationToken); sent++)
        {
            if (kinds.Length > 0 && kinds[sent % kinds.Length]() is var one)
                await stream.PublishAsync(Topic(one), [one], cancellationToken);
        }

        await Task.Delay(Settle, cancellationToken);
        var (after, took) = (await CpuAsync(control), Stopwatch.GetElapsedTime(began));
        await control.DetachAsync();
        heard = await page.EvaluateAsync<int>("window.heard") - heard;
        // The stack itself has events of its own.
        if (kinds.Length > 0 && heard < EventsPerMinute)
            throw new StackException($"{address} heard {heard} of {EventsPerMinute} events");
        return 100 * (after - before) / took.TotalSeconds;
    }

    // Seconds of all renderers. No other page is open.
    private static async Task<double> CpuAsync(ICDPSession control) =>
        (await control.SendAsync("SystemInfo.getProcessInfo"))!.Value.GetProperty("processInfo").EnumerateArray()
        .Where(one => one.GetProperty("type").GetString() == "renderer").Sum(one => one.GetProperty("cpuTime").GetDouble());

    private static string Topic(Event one) => one.DataCase switch
    {
        Event.DataOneofCase.WorkloadQueued => "workloads",
        Event.DataOneofCase.GridRunFinished => "grid",
        _ => "insights",
    };

    private static Event Workload() => With("pylon.workload.queued.v1", new Event { WorkloadQueued = new() { WorkloadId = SseMark.Workload, WorkloadName = "a workload" } });

    private static Event Grid() => With("pylon.grid.run_finished.v1", new Event { GridRunFinished = new() });

    private static Event Hotspot() => With("pylon.hotspot.opened.v1", new Event { HotspotOpened = new() });

    private static Event With(string type, Event one)
    {
        (one.Id, one.Source, one.Type, one.Subject) = (Guid.NewGuid().ToString(), "pylon/bench", type, SseMark.Workload);
        one.Time = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow());
        return one;
    }

    private sealed record Row(string Screen, double FirstVisitMs, double NextVisitMs, double CpuPercent);

    private sealed class Quiet : IStackReporter;
}
