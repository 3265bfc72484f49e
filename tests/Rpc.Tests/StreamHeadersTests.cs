using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Rpc.Tests;

/// <summary>A caller of a stream learns at once that it is served, also while there is no message.</summary>
public sealed class StreamHeadersTests
{
    [Fact]
    public async Task HeadersOfAStreamWithoutAMessageArrive()
    {
        await using var service = await TestService.StartAsync();
        service.Workloads.Watch = (_, context) => Task.Delay(Timeout.Infinite, context.CancellationToken);

        using var call = service.Client.WatchWorkload(new WatchWorkloadRequest { Id = "w" });

        Assert.NotNull(await call.ResponseHeadersAsync.Within());
    }

    [Fact]
    public async Task RefusalOfAStreamKeepsItsStatusAndDetails()
    {
        await using var service = await TestService.StartAsync();
        service.Workloads.Watch = (_, _) => throw Refusal.NotFound("workload", "w").AsException();

        using var call = service.Client.WatchWorkload(new WatchWorkloadRequest { Id = "w" });
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).Within());

        Assert.Equal((StatusCode.NotFound, "WORKLOAD_NOT_FOUND"), (error.StatusCode, error.Reason()));
    }

    [Fact]
    public async Task RpcWithHeadersOfItsOwnSendsThem()
    {
        await using var service = await TestService.StartAsync(map: app => app.MapGrpcService<OwnHeaders>());
        var client = new Ingestion.V1.GridService.GridServiceClient(service.Invoker);

        using var call = client.WatchGrid(new Ingestion.V1.WatchGridRequest());

        Assert.Equal("here", (await call.ResponseHeadersAsync.Within()).GetValue("position"));
    }

    private sealed class OwnHeaders : Ingestion.V1.GridService.GridServiceBase
    {
        [SendsOwnHeaders]
        public override async Task WatchGrid(
            Ingestion.V1.WatchGridRequest request, IServerStreamWriter<Ingestion.V1.WatchGridResponse> responseStream, ServerCallContext context)
        {
            await context.WriteResponseHeadersAsync([new("position", "here")]);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }
}
