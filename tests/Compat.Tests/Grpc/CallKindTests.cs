using Grpc.Core;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class CallKindTests
{
    [Fact]
    public async Task UnaryCallIsAnswered()
    {
        await using var host = await EchoHost.Start(new());

        using var call = host.Client().SayAsync(new EchoMessage { Text = "hello" });

        Assert.Equal("hello", (await call).Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public async Task BlockingUnaryCallIsAnswered()
    {
        await using var host = await EchoHost.Start(new());
        var client = host.Client();

        var answer = await Task.Run(() => client.Say(new EchoMessage { Text = "hello" }));

        Assert.Equal("hello", answer.Text);
    }

    [Fact]
    public async Task ClientStreamIsCollected()
    {
        await using var host = await EchoHost.Start(new());

        using var call = host.Client().Collect();
        foreach (var word in new[] { "one", "two", "three" })
            await call.RequestStream.WriteAsync(new EchoMessage { Text = word });
        await call.RequestStream.CompleteAsync();

        Assert.Equal("one two three", (await call).Text);
    }

    [Fact]
    public async Task ServerStreamArrivesInOrder()
    {
        await using var host = await EchoHost.Start(new());

        using var call = host.Client().Spread(new EchoMessage { Text = "one two three" });
        var words = await call.ResponseStream.ReadAllAsync().Select(message => message.Text).ToArrayAsync();

        Assert.Equal(["one", "two", "three"], words);
        Assert.Equal(Status.DefaultSuccess, call.GetStatus());
    }

    [Fact]
    public async Task BothSidesTalkInTurn()
    {
        await using var host = await EchoHost.Start(new());

        using var call = host.Client().Chat();
        foreach (var word in new[] { "ping", "pong" })
        {
            await call.RequestStream.WriteAsync(new EchoMessage { Text = word });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(word, call.ResponseStream.Current.Text);
        }
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task FailureInMidStreamComesAfterWhatWasSent()
    {
        await using var host = await EchoHost.Start(new()
        {
            Spread = async (request, responses, _) =>
            {
                await responses.WriteAsync(request);
                throw new RpcException(new Status(StatusCode.DataLoss, "the rest is gone"));
            },
        });

        using var call = host.Client().Spread(new EchoMessage { Text = "first" });

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("first", call.ResponseStream.Current.Text);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.DataLoss, failure.StatusCode);
        Assert.Equal("the rest is gone", failure.Status.Detail);
    }

    [Fact]
    public async Task WhatTheServiceDoesNotImplementSaysSo()
    {
        await using var host = await EchoHost.Start(new()
        {
            Say = (request, context) => new Bare().Say(request, context),
        });

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client().SayAsync(new EchoMessage()));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task AnUnexpectedExceptionIsUnknownToTheCaller()
    {
        await using var host = await EchoHost.Start(new() { Say = (_, _) => throw new InvalidOperationException("secret") });

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client().SayAsync(new EchoMessage()));

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.DoesNotContain("secret", failure.Status.Detail, StringComparison.Ordinal);
    }

    private sealed class Bare : Echo.EchoBase;
}
