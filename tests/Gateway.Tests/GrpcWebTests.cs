using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Pylon.Gateway.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>gRPC-Web on the HTTP port, binary and text, through to the services and to the gateway's own.</summary>
public sealed class GrpcWebTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task UnaryCallReachesTheService(GrpcWebMode mode)
    {
        using var channel = Channel(mode);

        var answer = await new WorkloadService.WorkloadServiceClient(channel).SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "über" });

        Assert.Equal("über", answer.Workload.WorkloadName);
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task RefusalKeepsItsStatusAndDetails(GrpcWebMode mode)
    {
        using var channel = Channel(mode);

        var error = await Assert.ThrowsAsync<RpcException>(() => new WorkloadService.WorkloadServiceClient(channel).GetWorkloadAsync(new GetWorkloadRequest { Id = "unknown" }).ResponseAsync);

        Assert.Equal((StatusCode.NotFound, "WORKLOAD_NOT_FOUND"), (error.StatusCode, error.Reason()));
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task StreamSendsEachMessageAtOnceAndEnds(GrpcWebMode mode)
    {
        using var channel = Channel(mode);
        var client = new WorkloadService.WorkloadServiceClient(channel);

        using var call = client.WatchWorkload(new WatchWorkloadRequest { Id = "open" });
        for (var i = 0; i < 3; i++)
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.Equal(WorkloadStatus.PendingUserChoice, call.ResponseStream.Current.Workload.Status);

        using var ended = client.WatchWorkload(new WatchWorkloadRequest { Id = "w" });
        Assert.Equal(3, (await ended.ResponseStream.ReadAllAsync().ToListAsync().AsTask().Within()).Count);
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task HeadersOfASilentStreamArrive(GrpcWebMode mode)
    {
        using var channel = Channel(mode);

        using var call = new WorkloadService.WorkloadServiceClient(channel).WatchWorkload(new WatchWorkloadRequest { Id = "silent" });

        Assert.Equal("yes", (await call.ResponseHeadersAsync.Within()).GetValue("early"));
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task GatewaysOwnServicesAnswer(GrpcWebMode mode)
    {
        using var channel = Channel(mode);

        var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = "pylon.gateway.v1.BroadcastService" });
        using var call = new BroadcastService.BroadcastServiceClient(channel).Subscribe(new SubscribeRequest());

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.NotNull((await call.ResponseHeadersAsync.Within()).GetValue("pylon-position"));
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task UnreachableServiceIsUnavailable(GrpcWebMode mode)
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.StopServicesAsync();
        using var channel = Channel(mode, gateway);

        var error = await Assert.ThrowsAsync<RpcException>(() => new WorkloadService.WorkloadServiceClient(channel).GetWorkloadAsync(new GetWorkloadRequest { Id = "w" }).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    // What a browser sends: a body with its length, and what it reads: the same form, and the trailers as the last frame.
    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("application/grpc-web-text")]
    [InlineData("application/grpc-web-text+proto")]
    public async Task AnswerHasTheFormOfTheRequestAndTheTrailersInItsBody(string contentType)
    {
        var isText = contentType.Contains("text", StringComparison.Ordinal);
        byte[] frame = [0, 0, 0, 0, 3, .. new GetWorkloadRequest { Id = "w" }.ToByteArray()];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/pylon.orchestrator.v1.WorkloadService/GetWorkload")
        {
            Content = new ByteArrayContent(isText ? Encoding.ASCII.GetBytes(Convert.ToBase64String(frame)) : frame),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(contentType));

        using var answer = await fixture.Gateway.Http.SendAsync(request);
        var body = await answer.Content.ReadAsByteArrayAsync();
        // Each frame has a base64 of its own, with its padding.
        var frames = isText ? Encoding.ASCII.GetString(body).Split('=', StringSplitOptions.RemoveEmptyEntries).SelectMany(part => Convert.FromBase64String(part + new string('=', (4 - part.Length % 4) % 4))).ToArray() : body;

        Assert.Equal((200, isText ? "application/grpc-web-text" : "application/grpc-web"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        Assert.Equal(0, frames[0]);
        var length = frames[4];
        Assert.Equal("w", GetWorkloadResponse.Parser.ParseFrom(frames, 5, length).Workload.Id);
        Assert.Equal(0x80, frames[5 + length]);
        Assert.Contains("grpc-status: 0", Encoding.ASCII.GetString(frames[(10 + length)..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientStreamOfSeveralTextFramesReachesTheService()
    {
        using var channel = Channel(GrpcWebMode.GrpcWebText);
        using var call = new Ingestion.V1.PipelineRunService.PipelineRunServiceClient(channel).ImportSeries();
        await call.RequestStream.WriteAsync(new Ingestion.V1.ImportSeriesRequest { Name = "a" });
        await call.RequestStream.WriteAsync(new Ingestion.V1.ImportSeriesRequest { Name = "bb" });
        await call.RequestStream.WriteAsync(new Ingestion.V1.ImportSeriesRequest { Name = "ccc" });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(3, (await call.ResponseAsync.Within()).RowsRead);
    }

    [Theory]
    [InlineData("!", "MALFORMED_REQUEST")]
    [InlineData("AAAA=", "MALFORMED_REQUEST")]
    public async Task TextThatIsNotBase64IsRefused(string body, string reason)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/grpc-web-text");

        using var answer = await fixture.Gateway.Http.PostAsync("/pylon.orchestrator.v1.WorkloadService/GetWorkload", content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownServiceIsUnimplemented()
    {
        using var channel = Channel(GrpcWebMode.GrpcWeb);
        var raw = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

        var error = await Assert.ThrowsAsync<RpcException>(() => channel.CreateCallInvoker()
            .AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, "pylon.nothing.v1.Nothing", "Do", raw, raw), null, default, []).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    private GrpcChannel Channel(GrpcWebMode mode, TestGateway? gateway = null) => GrpcChannel.ForAddress(
        (gateway ?? fixture.Gateway).Http.BaseAddress!, new GrpcChannelOptions { HttpHandler = new GrpcWebHandler(mode, new HttpClientHandler()), HttpVersion = HttpVersion.Version11 });
}
