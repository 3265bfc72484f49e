using Grpc.Core;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class DeadlineAndCancellationTests
{
    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    [Fact]
    public async Task ServerSeesTheDeadlineOfTheCaller()
    {
        var seen = DateTime.MinValue;
        await using var host = await EchoHost.Start(new()
        {
            Say = (request, context) =>
            {
                seen = context.Deadline;
                return Task.FromResult(request);
            },
        });
        var deadline = Now.AddHours(1);

        await host.Client().SayAsync(new EchoMessage(), deadline: deadline);

        Assert.Equal(deadline, seen, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task WithoutDeadlineServerSeesTheEndOfTime()
    {
        var seen = DateTime.MinValue;
        await using var host = await EchoHost.Start(new()
        {
            Say = (request, context) =>
            {
                seen = context.Deadline;
                return Task.FromResult(request);
            },
        });

        await host.Client().SayAsync(new EchoMessage());

        Assert.Equal(DateTime.MaxValue, seen);
    }

    [Fact]
    public async Task DeadlineEndsTheCallOnBothSides()
    {
        var cancelled = new TaskCompletionSource();
        await using var host = await EchoHost.Start(new()
        {
            Say = async (request, context) =>
            {
                await WaitFor(context.CancellationToken);
                cancelled.SetResult();
                return request;
            },
        });
        var client = host.Client();
        // A stream brings the connection up first, so that the call below is sure to reach the service in time.
        using (var warmup = client.Spread(new EchoMessage()))
            Assert.True(await warmup.ResponseStream.MoveNext());

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await client.SayAsync(new EchoMessage(), deadline: Now.AddSeconds(2)));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task PassedDeadlineFailsWithoutACall()
    {
        var called = false;
        await using var host = await EchoHost.Start(new()
        {
            Say = (request, _) =>
            {
                called = true;
                return Task.FromResult(request);
            },
        });

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await host.Client().SayAsync(new EchoMessage(), deadline: Now.AddHours(-1)));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.False(called);
    }

    [Fact]
    public async Task CancellingCallerCancelsTheService()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var host = await EchoHost.Start(new()
        {
            Say = async (request, context) =>
            {
                started.SetResult();
                await WaitFor(context.CancellationToken);
                cancelled.SetResult();
                return request;
            },
        });
        using var cancellation = new CancellationTokenSource();

        using var call = host.Client().SayAsync(new EchoMessage(), cancellationToken: cancellation.Token);
        await started.Task;
        await cancellation.CancelAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        await cancelled.Task;
    }

    [Fact]
    public async Task DisposingAStreamCancelsTheService()
    {
        var cancelled = new TaskCompletionSource();
        await using var host = await EchoHost.Start(new()
        {
            Spread = async (request, responses, context) =>
            {
                await responses.WriteAsync(request);
                await WaitFor(context.CancellationToken);
                cancelled.SetResult();
            },
        });

        using (var call = host.Client().Spread(new EchoMessage()))
            Assert.True(await call.ResponseStream.MoveNext());

        await cancelled.Task;
    }

    [Fact]
    public async Task CancelledReadEndsTheStream()
    {
        await using var host = await EchoHost.Start(new()
        {
            Spread = async (request, responses, context) =>
            {
                await responses.WriteAsync(request);
                await WaitFor(context.CancellationToken);
            },
        });
        using var cancellation = new CancellationTokenSource();
        using var call = host.Client().Spread(new EchoMessage());

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync().WithCancellation(cancellation.Token))
                await cancellation.CancelAsync();
        });

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    private static async Task WaitFor(CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(reached.SetResult);
        await reached.Task;
    }
}
