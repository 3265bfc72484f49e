using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Gateway.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.EndToEnd.Tests;

public sealed class GrpcTests(SharedStack stack) : SharedStackTests(stack)
{
    private static readonly string[] Services =
    [
        "grpc.health.v1.Health",
        "pylon.gateway.v1.BroadcastService",
        "pylon.ingestion.v1.GridService",
        "pylon.ingestion.v1.MarketService",
        "pylon.ingestion.v1.SeriesService",
        "pylon.orchestrator.v1.BecknService",
        "pylon.orchestrator.v1.PlanningService",
        "pylon.orchestrator.v1.WorkloadService",
    ];

    [Fact]
    public async Task ContractsPassBufLint()
    {
        var lint = await BufClient.RunAsync("lint", "protos");

        Assert.Equal("", lint.OutputOfSuccess());
    }

    [Fact]
    public async Task ReflectionAtTheGatewayListsEveryService()
    {
        var listed = await BufClient.RunAsync("curl", "--protocol", "grpc", "--http2-prior-knowledge", "--list-services", Stack.GrpcAddress);

        var names = listed.OutputOfSuccess().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.All(Services, service => Assert.Contains(service, names));
    }

    [Fact]
    public async Task HealthAtTheGatewayAnswersForEveryService()
    {
        foreach (var service in (string[])["", .. Services.Where(name => name.StartsWith("pylon.", StringComparison.Ordinal))])
        {
            var answer = await BufClient.CallAsync(Stack.GrpcAddress, "grpc.health.v1.Health/Check", $$"""{"service": "{{service}}"}""");
            Assert.Equal("SERVING", JsonNode.Parse(answer.OutputOfSuccess())!["status"]!.GetValue<string>());
        }

        var unknown = await BufClient.CallAsync(Stack.GrpcAddress, "grpc.health.v1.Health/Check", """{"service": "pylon.nowhere.v1.NoService"}""");
        Assert.Contains("not_found", unknown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryServiceAnswersNativeGrpcThroughTheGateway()
    {
        var zones = await BufClient.CallAsync(Stack.GrpcAddress, "pylon.ingestion.v1.MarketService/ListGridZones", "{}");
        Assert.NotEmpty(JsonNode.Parse(zones.OutputOfSuccess())!["zones"]!.AsArray());
        var regions = await BufClient.CallAsync(Stack.GrpcAddress, "pylon.ingestion.v1.GridService/ListRegionalGrid", "{}");
        Assert.NotEmpty(JsonNode.Parse(regions.OutputOfSuccess())!.AsObject());
        var events = await BufClient.CallAsync(Stack.GrpcAddress, "pylon.gateway.v1.BroadcastService/Poll", "{}");
        Assert.NotEmpty(JsonNode.Parse(events.OutputOfSuccess())!["position"]!.GetValue<string>());
    }

    /// <summary>Every rpc of the contract that answers with a stream.</summary>
    public static TheoryData<string> ServerStreams => new(
        typeof(WorkloadService).Assembly.GetExportedTypes()
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).OfType<ServiceDescriptor>()
            .SelectMany(service => service.Methods).Where(rpc => rpc.IsServerStreaming).Select(rpc => rpc.FullName));

    [Theory]
    [MemberData(nameof(ServerStreams))]
    public async Task EveryServerStreamSendsItsHeadersBeforeItsFirstMessage(string rpc)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var channel = GrpcChannel.ForAddress(Stack.GrpcAddress);
        var (service, method) = (rpc[..rpc.LastIndexOf('.')], rpc[(rpc.LastIndexOf('.') + 1)..]);
        var raw = Marshallers.Create(bytes => bytes, bytes => bytes);
        // Field 1 is an id where the rpc needs one: of nothing that exists, so a watch that waits for it is silent.
        var request = service.StartsWith("pylon.gateway.", StringComparison.Ordinal) || method == "WatchGrid" ? [] : new byte[] { 10, 36 }.Concat(Guid.NewGuid().ToString().Select(c => (byte)c)).ToArray();

        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(
            new Method<byte[], byte[]>(MethodType.ServerStreaming, service, method, raw, raw), host: null, new CallOptions(cancellationToken: limit.Token), request);

        Assert.NotNull(await call.ResponseHeadersAsync);
    }

    [Fact]
    public async Task WatchAndBroadcastStreamOverNativeGrpc()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var channel = GrpcChannel.ForAddress(Stack.GrpcAddress);
        var workloads = new WorkloadService.WorkloadServiceClient(channel);
        using var broadcast = new BroadcastService.BroadcastServiceClient(channel).Subscribe(new SubscribeRequest { Topics = { "workloads" } }, cancellationToken: limit.Token);
        await broadcast.ResponseHeadersAsync.WaitAsync(limit.Token);

        var submitted = await workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "watched" }, cancellationToken: limit.Token);
        using var watch = workloads.WatchWorkload(new WatchWorkloadRequest { Id = submitted.Workload.Id }, cancellationToken: limit.Token);
        var seen = new List<WorkloadStatus>();
        await foreach (var change in watch.ResponseStream.ReadAllAsync(limit.Token))
        {
            seen.Add(change.Workload.Status);
            if (change.Workload.Status == WorkloadStatus.PendingUserChoice)
                await workloads.ChooseRecommendationAsync(new ChooseRecommendationRequest { Id = submitted.Workload.Id, Option = 1 }, cancellationToken: limit.Token);
        }

        // The watch ends with the workload.
        Assert.Equal(WorkloadStatus.Scheduled, seen[^1]);
        Assert.Contains(WorkloadStatus.PendingUserChoice, seen);
        var types = new List<string>();
        await foreach (var one in broadcast.ResponseStream.ReadAllAsync(limit.Token))
        {
            types.Add(one.Event.Type);
            if (one.Event.Type == "pylon.workload.scheduled.v1")
                break;
        }

        Assert.Equal("pylon.workload.queued.v1", types[0]);
        Assert.Contains("pylon.workload.recommended.v1", types);
    }
}
