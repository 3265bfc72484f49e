using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Orchestrator.V1;

namespace Pylon.Rpc.Tests;

/// <summary>A service under a host that has no write options, such as one that answers JSON.</summary>
public sealed class OtherHostTests
{
    [Fact]
    public async Task AUnaryCallIsAnswered()
    {
        await using var service = await TestService.StartAsync();
        var interceptor = service.App.Services.GetRequiredService<RefusalInterceptor>();

        var answer = await interceptor.UnaryServerHandler(
            new GetWorkloadRequest(), new BareContext(), (_, _) => Task.FromResult(new GetWorkloadResponse { Workload = new() { Id = "w" } }));

        Assert.Equal("w", answer.Workload.Id);
    }

    [Fact]
    public async Task AStreamMayAskForWriteOptions()
    {
        await using var service = await TestService.StartAsync();
        var interceptor = service.App.Services.GetRequiredService<RefusalInterceptor>();

        await interceptor.ServerStreamingServerHandler<WatchWorkloadRequest, WatchWorkloadResponse>(new(), null!, new BareContext(), (_, _, context) =>
        {
            context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
            Assert.Null(context.WriteOptions);
            return Task.CompletedTask;
        });
    }

    private sealed class BareContext : ServerCallContext
    {
        protected override string MethodCore => "/s/m";
        protected override string HostCore => "";
        protected override string PeerCore => "";
        protected override DateTime DeadlineCore => DateTime.MaxValue;
        protected override Metadata RequestHeadersCore => [];
        protected override CancellationToken CancellationTokenCore => CancellationToken.None;
        protected override Metadata ResponseTrailersCore => [];
        protected override Status StatusCore { get; set; }
        protected override WriteOptions? WriteOptionsCore { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        protected override AuthContext AuthContextCore => throw new NotSupportedException();

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
