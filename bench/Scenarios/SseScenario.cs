using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Services;
using Pylon.Messaging;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// Many subscribers of the Gateway's broadcast over server-sent events, against nginx with nchan: the same frames, the same
/// subscribers, taking turns. The time of a delivery is from just before the event is published until the subscriber has it.
/// </summary>
internal sealed class SseScenario() : Scenario("sse", "1,000 to 10,000 subscribers of the broadcast against nginx nchan: delivery times, CPU, memory of a subscriber")
{
    private const int Rounds = 2;
    private const int MemorySubscribers = 10_000;
    private const int MemoryEvents = 5;
    private const int WarmSubscribers = 1_000;
    private const int WarmRate = 20;
    private static readonly (int Subscribers, int Rate)[] Loads = [(1_000, 10), (5_000, 10), (10_000, 1), (10_000, 10)];
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private static readonly Bar Time = new("p99 ≤ its p99, 0 missed, 0 doubled", (own, peer) => own.More["p99 ms"] <= peer.More["p99 ms"] && own.More["missed"] + own.More["doubled"] == 0);
    private static readonly Bar Memory = new("≤ its memory", (own, peer) => own.More["kB fresh"] <= peer.More["kB fresh"] && own.More[AfterEvents] <= peer.More[AfterEvents]);
    private const string AfterEvents = "kB after 5 events";

    // Numbers go on from one measurement to the next.
    private long _published;

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var program = await SseSubscribers.CompileAsync(run.Checkout, cancellationToken);
        await using var nchan = await Nchan.StartAsync(cancellationToken);
        var settings = await StartServersAsync(run, cancellationToken);
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings!).Build();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(configuration).AddEventStream(configuration).BuildServiceProvider();
        await using var gateway = new SseGateway(await run.StartAsync(ServiceDefinition.Gateway, settings, cancellationToken), services.GetRequiredService<IEventStream>());
        ISseServer[] servers = [nchan, gateway];

        // First, while both are as they started.
        await run.CompareAsync(
            $"memory of {MemorySubscribers:#,0} subscribers",
            "subscribers",
            [.. servers.Select(server => Contender(server, Memory, null, token => RememberAsync(server, program, token)))],
            cancellationToken,
            warmUp: false,
            once: true);
        await Task.WhenAll(servers.Select(server => WarmAsync(server, program, cancellationToken)));
        foreach (var (subscribers, rate) in Loads)
            await CompareAsync(run, servers, program, subscribers, rate, cancellationToken);
    }

    /// <summary>The broadcast needs no upstream, and the Gateway is ready when it has them: one service stands for all.</summary>
    public static async Task<Dictionary<string, string>> StartServersAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        Dictionary<string, string> settings = new() { ["PYLON_POSTGRES"] = postgres.Uri, ["PYLON_REDIS"] = redis.Address };
        var conductor = await run.StartAsync(ServiceDefinition.Conductor, settings, cancellationToken);
        foreach (var upstream in (string[])["ORCHESTRATOR", "INGESTION", "CONDUCTOR", "INSIGHTS"])
            settings["PYLON_" + upstream] = $"http://127.0.0.1:{conductor.GrpcPort}";
        return settings;
    }

    private async Task CompareAsync(BenchRun run, ISseServer[] servers, string program, int count, int rate, CancellationToken cancellationToken)
    {
        SseSubscribers? subscribers = null;
        try
        {
            await run.CompareAsync(
                $"{count:#,0} subscribers, {rate} events/s",
                "deliveries",
                [.. servers.Select(server => Contender(server, Time, token => OpenAsync(server, token), token => MeasureAsync(server, subscribers!, rate, token)))],
                cancellationToken,
                Rounds,
                warmUp: false);
        }
        finally
        {
            subscribers?.Dispose();
        }

        async Task OpenAsync(ISseServer server, CancellationToken token)
        {
            subscribers?.Dispose();
            subscribers = null;
            subscribers = await SseSubscribers.OpenAsync(program, server.Port, server.Path, count, token);
            // What the opening left to do is not measured.
            await PublishAsync(server, rate: 10, events: 10, token);
            await Task.Delay(Settle, token);
        }
    }

    private static Contender Contender(ISseServer server, Bar bar, Func<CancellationToken, Task>? prepare, Func<CancellationToken, Task<Work>> measure) =>
        new(server.Name, measure) { PrepareAsync = prepare, IsPeer = server is Nchan, Bar = server is Nchan ? null : bar, Processes = () => [server.Pid] };

    private async Task WarmAsync(ISseServer server, string program, CancellationToken cancellationToken)
    {
        using var subscribers = await SseSubscribers.OpenAsync(program, server.Port, server.Path, WarmSubscribers, cancellationToken);
        await PublishAsync(server, WarmRate, (int)(WarmRate * Warm.TotalSeconds), cancellationToken);
    }

    private async Task<Work> MeasureAsync(ISseServer server, SseSubscribers subscribers, int rate, CancellationToken cancellationToken)
    {
        var first = _published + 1;
        await subscribers.BeginAsync(first, cancellationToken);
        await PublishAsync(server, rate, (int)(rate * Measured.TotalSeconds), cancellationToken);
        return await subscribers.EndAsync(first, _published, cancellationToken);
    }

    private async Task<Work> RememberAsync(ISseServer server, string program, CancellationToken cancellationToken)
    {
        using (await SseSubscribers.OpenAsync(program, server.Port, server.Path, MemorySubscribers / 100, cancellationToken))
            await PublishAsync(server, rate: 10, events: 10, cancellationToken);
        await Task.Delay(Settle, cancellationToken);
        var before = MemoryUse.OfTree(server.Pid);
        using var subscribers = await SseSubscribers.OpenAsync(program, server.Port, server.Path, MemorySubscribers, cancellationToken);
        await Task.Delay(Settle, cancellationToken);
        var fresh = MemoryUse.OfTree(server.Pid);
        var first = _published + 1;
        await subscribers.BeginAsync(first, cancellationToken);
        await PublishAsync(server, rate: 1, MemoryEvents, cancellationToken);
        await subscribers.EndAsync(first, _published, cancellationToken);
        await Task.Delay(Settle, cancellationToken);
        return new Work(MemorySubscribers)
        {
            More = new Dictionary<string, double>
            {
                ["kB fresh"] = (double)(fresh - before) / MemorySubscribers,
                [AfterEvents] = (double)(MemoryUse.OfTree(server.Pid) - before) / MemorySubscribers,
            },
        };
    }

    // One after the other, and none is left out when one comes late.
    private async Task PublishAsync(ISseServer server, double rate, int events, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        for (var n = 0; n < events; n++)
        {
            var wait = TimeSpan.FromSeconds(n / rate) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, cancellationToken);
            await server.PublishAsync(Interlocked.Increment(ref _published), cancellationToken);
        }
    }
}
