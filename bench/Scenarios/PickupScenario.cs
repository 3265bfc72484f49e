using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Net.Client;
using Pylon.Bench.Harness;
using Pylon.Events.V1;
using Pylon.Orchestrator.V1;
using StackExchange.Redis;

namespace Pylon.Bench.Scenarios;

/// <summary>From the call that submits a workload to its `recommended` event on the stream, one workload at a time.</summary>
internal sealed class PickupScenario() : Scenario("pickup", "a submission to its three recommendations on the event stream, one at a time, by a provider that answers at once")
{
    private const string Stream = "pylon:events:workloads";
    private const int DefaultRounds = 3;
    private static readonly TimeSpan FirstMinute = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var stack = await PlacementStack.StartAsync(run, cancellationToken);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(stack.Redis.Address);
        await using var events = await Events.SubscribeAsync(redis);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{stack.Orchestrator.GrpcPort}");
        var client = new WorkloadService.WorkloadServiceClient(channel);
        var first = await SubmitAsync(client, events, FirstMinute, cancellationToken);
        run.Note($"In the first minute: p50 {first.More["p50 ms"]:0.0} ms, p99 {first.More["p99 ms"]:0.0} ms of {first.Items} workloads");
        await run.CompareAsync(
            "one workload at a time",
            "workloads",
            [
                new("submit to recommended", token => SubmitAsync(client, events, Round, token))
                {
                    Bar = new Bar("p50 ≤ 20 ms, p99 ≤ 50 ms", (own, _) => own.More["p50 ms"] <= 20 && own.More["p99 ms"] <= 50),
                },
            ],
            cancellationToken,
            DefaultRounds);
    }

    private static async Task<Work> SubmitAsync(WorkloadService.WorkloadServiceClient client, Events events, TimeSpan duration, CancellationToken cancellationToken)
    {
        var (times, start) = (new List<double>(), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var began = Stopwatch.GetTimestamp();
            var submitted = await client.SubmitWorkloadAsync(
                new() { WorkloadName = $"workload {times.Count}", WorkloadType = "TRAINING_RUN", RequiredGpuMins = 120, UserEmail = "user@example.org" },
                cancellationToken: cancellationToken);
            await events.RecommendedAsync(submitted.Workload.Id, cancellationToken).WaitAsync(Patience, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return new Work(times.Count)
        {
            More = new Dictionary<string, double>
            {
                ["p50 ms"] = times[times.Count / 2],
                ["p99 ms"] = times[times.Count * 99 / 100],
                ["highest ms"] = times[^1],
            },
        };
    }

    /// <summary>Follows the stream of workloads: a publish signals that there is something to read.</summary>
    private sealed class Events(IConnectionMultiplexer redis, Channel<bool> published) : IAsyncDisposable
    {
        private RedisValue _position = "0-0";

        public static async Task<Events> SubscribeAsync(IConnectionMultiplexer redis)
        {
            var published = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
            await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal("pylon:events"), (_, _) => published.Writer.TryWrite(true));
            return new Events(redis, published);
        }

        public async Task RecommendedAsync(string workloadId, CancellationToken cancellationToken)
        {
            while (true)
            {
                foreach (var entry in await redis.GetDatabase().StreamReadAsync(Stream, _position, 1000))
                {
                    _position = entry.Id;
                    if (Event.Parser.ParseFrom((byte[])entry["event"]!) is { DataCase: Event.DataOneofCase.WorkloadRecommended } found && found.Subject == workloadId)
                        return;
                }

                await published.Reader.ReadAsync(cancellationToken);
            }
        }

        public async ValueTask DisposeAsync() => await redis.GetSubscriber().UnsubscribeAllAsync();
    }
}
