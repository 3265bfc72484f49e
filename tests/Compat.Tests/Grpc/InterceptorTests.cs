using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class InterceptorTests
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task ClientInterceptorSeesAllKinds()
    {
        await using var host = await EchoHost.Start(new());

        await CallAllKinds(new Echo.EchoClient(host.Channel().Intercept(new TracingInterceptor("a", _log))));

        Assert.Equal(["a unary Say", "a blocking Say", "a client Collect", "a server Spread", "a duplex Chat"], _log);
    }

    [Fact]
    public async Task ServerInterceptorSeesAllKinds()
    {
        await using var host = await EchoHost.Start(new(), options => options.Interceptors.Add<TracingInterceptor>("s", _log));

        await CallAllKinds(host.Client());

        Assert.Equal(["s unary Say", "s unary Say", "s client Collect", "s server Spread", "s duplex Chat"], _log);
    }

    [Fact]
    public async Task TheFirstInterceptorIsOutermost()
    {
        string? via = null;
        await using var host = await EchoHost.Start(
            new()
            {
                Say = (request, context) =>
                {
                    via = context.RequestHeaders.GetValue("via");
                    return Task.FromResult(request);
                },
            },
            options =>
            {
                options.Interceptors.Add<TracingInterceptor>("s1", _log);
                options.Interceptors.Add<TracingInterceptor>("s2", _log);
            });
        var invoker = host.Channel().Intercept(new TracingInterceptor("a", _log), new TracingInterceptor("b", _log));

        await new Echo.EchoClient(invoker).SayAsync(new EchoMessage());

        Assert.Equal(["a unary Say", "b unary Say", "s1 unary Say", "s2 unary Say"], _log);
        // HTTP lets repeated headers be folded into one, and the client's does.
        Assert.Equal("a, b", via);
    }

    [Fact]
    public async Task HostGivenToTheClientReachesTheInterceptors()
    {
        await using var host = await EchoHost.Start(new());
        var hosts = new List<string?>();
        var client = new Echo.EchoClient(host.Channel().Intercept(new HostRecorder(hosts)));

        await client.SayAsync(new EchoMessage());
        await client.WithHost("other.example").SayAsync(new EchoMessage());

        Assert.Equal([null, "other.example"], hosts);
    }

    [Fact]
    public async Task HeadersAreRewrittenOnACopy()
    {
        string? tenant = null;
        await using var host = await EchoHost.Start(new()
        {
            Say = (request, context) =>
            {
                tenant = context.RequestHeaders.GetValue("tenant");
                return Task.FromResult(request);
            },
        });
        var invoker = host.Channel().Intercept(headers =>
        {
            headers.Add("tenant", "north");
            return headers;
        });
        var mine = new Metadata { { "x", "y" } };

        await new Echo.EchoClient(invoker).SayAsync(new EchoMessage(), mine);

        Assert.Equal("north", tenant);
        Assert.Single(mine);
    }

    [Fact]
    public async Task ServerInterceptorMayTurnAnExceptionIntoAStatus()
    {
        await using var host = await EchoHost.Start(
            new() { Say = (_, _) => throw new KeyNotFoundException("no such workload") },
            options => options.Interceptors.Add<NotFoundInterceptor>());

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client().SayAsync(new EchoMessage()));

        Assert.Equal(new Status(StatusCode.NotFound, "no such workload"), failure.Status);
    }

    [Fact]
    public async Task InterceptorMayAnswerInstead()
    {
        await using var host = await EchoHost.Start(new());
        var client = new Echo.EchoClient(host.Channel().Intercept(new CannedInterceptor()));

        using var call = client.SayAsync(new EchoMessage { Text = "hello" });

        Assert.Equal("canned", (await call).Text);
        Assert.Equal(Status.DefaultSuccess, call.GetStatus());
    }

    private static async Task CallAllKinds(Echo.EchoClient client)
    {
        await client.SayAsync(new EchoMessage { Text = "x" });
        await Task.Run(() => client.Say(new EchoMessage { Text = "x" }));
        using var collect = client.Collect();
        await collect.RequestStream.CompleteAsync();
        await collect;
        using var spread = client.Spread(new EchoMessage { Text = "x" });
        while (await spread.ResponseStream.MoveNext())
            Assert.Equal("x", spread.ResponseStream.Current.Text);
        using var chat = client.Chat();
        await chat.RequestStream.CompleteAsync();
        Assert.False(await chat.ResponseStream.MoveNext());
    }

    private sealed class NotFoundInterceptor : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            try
            {
                return await continuation(request, context);
            }
            catch (KeyNotFoundException missing)
            {
                throw new RpcException(new Status(StatusCode.NotFound, missing.Message));
            }
        }
    }

    private sealed class HostRecorder(List<string?> hosts) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            hosts.Add(context.Host);
            return continuation(request, context);
        }
    }

    private sealed class CannedInterceptor : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation) => new(
            Task.FromResult((TResponse)(object)new EchoMessage { Text = "canned" }),
            Task.FromResult(Metadata.Empty),
            () => Status.DefaultSuccess,
            () => Metadata.Empty,
            () => { });
    }
}
