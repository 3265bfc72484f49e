using System.Text;
using Grpc.Core;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class MetadataOnTheWireTests
{
    private static readonly byte[] Bytes = [0, 1, 2, 0xFE, 0xFF];

    [Fact]
    public async Task HeadersTravelBothWays()
    {
        var seen = new Metadata();
        await using var host = await EchoHost.Start(new()
        {
            Say = async (request, context) =>
            {
                seen = context.RequestHeaders;
                await context.WriteResponseHeadersAsync(new Metadata { { "X-Answer", "42" }, { "raw-bin", Bytes } });
                return request;
            },
        });

        using var call = host.Client().SayAsync(
            new EchoMessage(), new Metadata { { "X-Trace", "abc" }, { "trace-bin", Bytes }, { "many", "1" }, { "many", "2" } });
        var headers = await call.ResponseHeadersAsync;
        await call;

        Assert.Equal("abc", seen.GetValue("x-trace"));
        Assert.Equal(Bytes, seen.GetValueBytes("trace-bin"));
        // HTTP lets repeated headers be folded into one, and the client's does.
        Assert.Equal("1, 2", seen.GetValue("many"));
        Assert.Equal("42", headers.GetValue("x-answer"));
        Assert.Equal(Bytes, headers.GetValueBytes("raw-bin"));
    }

    [Fact]
    public async Task TrailersOfASuccessArrive()
    {
        await using var host = await EchoHost.Start(new()
        {
            Say = (request, context) =>
            {
                context.ResponseTrailers.Add("cost", "3");
                context.ResponseTrailers.Add("receipt-bin", Bytes);
                return Task.FromResult(request);
            },
        });

        using var call = host.Client().SayAsync(new EchoMessage());
        await call;

        Assert.Equal("3", call.GetTrailers().GetValue("cost"));
        Assert.Equal(Bytes, call.GetTrailers().GetValueBytes("receipt-bin"));
    }

    // The shape of google.rpc.Status details: a message in grpc-status-details-bin.
    [Fact]
    public async Task FailureBringsItsStatusAndTrailers()
    {
        await using var host = await EchoHost.Start(new()
        {
            Say = (_, _) => throw new RpcException(
                new Status(StatusCode.FailedPrecondition, "zażółć: 100 % \n done"),
                new Metadata { { "grpc-status-details-bin", Bytes }, { "reason", "CAP_EXCEEDED" } }),
        });

        using var call = host.Client().SayAsync(new EchoMessage());
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal("zażółć: 100 % \n done", failure.Status.Detail);
        Assert.Equal(Bytes, failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal("CAP_EXCEEDED", failure.Trailers.GetValue("reason"));
        Assert.Equal(StatusCode.FailedPrecondition, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task StatusMayBeSetWithoutThrowing()
    {
        await using var host = await EchoHost.Start(new()
        {
            Say = (request, context) =>
            {
                context.Status = new Status(StatusCode.Aborted, "try again");
                return Task.FromResult(request);
            },
        });

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client().SayAsync(new EchoMessage()));

        Assert.Equal(new Status(StatusCode.Aborted, "try again"), failure.Status);
    }

    [Fact]
    public async Task ContextTellsOfTheCall()
    {
        string? method = null, peer = null, authority = null;
        await using var host = await EchoHost.Start(new()
        {
            Say = (request, context) =>
            {
                (method, peer, authority) = (context.Method, context.Peer, context.Host);
                context.UserState["key"] = "value";
                Assert.False(context.AuthContext.IsPeerAuthenticated);
                return Task.FromResult(new EchoMessage { Text = (string)context.UserState["key"] });
            },
        });

        var answer = await host.Client().SayAsync(new EchoMessage());

        Assert.Equal("value", answer.Text);
        Assert.Equal("/pylon.compat.tests.Echo/Say", method);
        Assert.StartsWith("ipv4:127.0.0.1:", peer, StringComparison.Ordinal);
        Assert.StartsWith("127.0.0.1:", authority, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LargeMessagePassesInBothDirections()
    {
        await using var host = await EchoHost.Start(new());
        var text = new StringBuilder().Insert(0, "0123456789", 200_000).ToString();

        var answer = await host.Client().SayAsync(new EchoMessage { Text = text });

        Assert.Equal(text, answer.Text);
    }
}
