using System.Globalization;
using System.Text.RegularExpressions;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Stacks;

namespace Pylon.Bench.Scenarios;

/// <summary>A whole stack, from Release, left at rest: what each process uses although nobody asks it anything.</summary>
internal sealed partial class IdleScenario() : Scenario("idle", "a whole stack at rest: CPU, exceptions, wake-ups and memory of each process")
{
    private const double MostCpu = 2;
    private const double MostExceptions = 1;
    private const double MostWakeups = 20;

    // At rest it takes so long until what runs now and then was called often enough to be compiled for good.
    private static readonly TimeSpan Warm = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Measured = TimeSpan.FromMinutes(2);

    [GeneratedRegex(@"^dotnet_exceptions_total(\{[^}]*\})? (?<count>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Exceptions { get; }

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            throw new StackException("idle reads /proc, which only Linux has");
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        await using var stack = await RunningStack.StartAsync(
            new StackOptions(run.Checkout, StackAddresses.Choose(null, postgres.Uri, redis.Address, random: true))
            {
                LogDirectory = Path.Combine(run.Checkout.Logs, "bench", Name),
                Throwaway = true,
            },
            cancellationToken);
        List<StackProcess> processes = [.. stack.Processes, postgres, redis];
        // The first scrape of a service throws once.
        await ThrownAsync(stack, cancellationToken);
        await Task.Delay(Warm, cancellationToken);

        // A scrape is work, so both are outside of what is measured.
        var thrown = await ThrownAsync(stack, cancellationToken);
        var before = processes.Select(process => ProcessUse.Of(process.Pid)).ToList();
        await Task.Delay(Measured, cancellationToken);
        var after = processes.Select(process => ProcessUse.Of(process.Pid)).ToList();
        var thrownAfter = await ThrownAsync(stack, cancellationToken);

        var rows = processes.Select((process, n) => new Row(
            process.Name,
            100 * (after[n].Cpu - before[n].Cpu) / Measured,
            after[n].WakeupsSince(before[n]) / Measured.TotalSeconds,
            after[n].Megabytes,
            thrownAfter.TryGetValue(process.Name, out var count) && thrown.TryGetValue(process.Name, out var earlier) ? (count - earlier) / Measured.TotalMinutes : null)).ToList();
        var cpu = rows.Sum(row => row.CpuPercent);
        Write(rows, cpu);
        run.Outcome = new { Processes = rows, CpuPercent = cpu, WarmSeconds = Warm.TotalSeconds, MeasuredSeconds = Measured.TotalSeconds };
        run.Note($"whole stack: {cpu:0.00} % of a core; bar ≤ {MostCpu}", cpu <= MostCpu);
        run.Note($"exceptions a minute of a service: at most {rows.Max(row => row.ExceptionsPerMinute):0.0}; bar < {MostExceptions}", rows.All(row => row.ExceptionsPerMinute is null or < MostExceptions));
        run.Note($"wake-ups a second of a process (voluntary context switches of all its threads): at most {rows.Max(row => row.WakeupsPerSecond):0.0}; bar < {MostWakeups}", rows.All(row => row.WakeupsPerSecond < MostWakeups));
    }

    private static void Write(IEnumerable<Row> rows, double cpu)
    {
        Console.WriteLine($"\n  {"",-14}{"CPU % of a core",16}{"wake-ups/s",12}{"exceptions/min",16}{"MB",8}");
        foreach (var row in rows)
        {
            var exceptions = row.ExceptionsPerMinute is { } thrown ? thrown.ToString("0.0", CultureInfo.InvariantCulture) : "–";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.Name,-14}{row.CpuPercent,16:0.00}{row.WakeupsPerSecond,12:0.0}{exceptions,16}{row.Megabytes,8:0}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"together",-14}{cpu,16:0.00}\n"));
    }

    /// <summary>The exceptions that each service has thrown; without those that have no /metrics.</summary>
    private static async Task<Dictionary<string, double>> ThrownAsync(RunningStack stack, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var thrown = new Dictionary<string, double>();
        foreach (var service in stack.Processes.OfType<LocalStack.Services.ServiceProcess>())
        {
            using var answer = await http.GetAsync($"http://127.0.0.1:{service.HttpPort}/metrics", cancellationToken);
            if (!answer.IsSuccessStatusCode)
                continue;
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            thrown[service.Name] = Exceptions.Matches(text).Sum(match => double.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture));
        }

        return thrown;
    }

    private sealed record Row(string Name, double CpuPercent, double WakeupsPerSecond, double Megabytes, double? ExceptionsPerMinute);
}
