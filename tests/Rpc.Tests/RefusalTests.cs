using System.Data.Common;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Pylon.Orchestrator.V1;
using Pylon.Testing;
using StatusCode = Grpc.Core.StatusCode;

namespace Pylon.Rpc.Tests;

public sealed class RefusalTests : IAsyncLifetime
{
    private TestService _service = null!;

    public static TheoryData<string, StatusCode, string> Kinds => new()
    {
        { "invalid", StatusCode.InvalidArgument, "FIELD_INVALID" },
        { "missing", StatusCode.NotFound, "GRID_ZONE_NOT_FOUND" },
        { "exists", StatusCode.AlreadyExists, "REQUEST_ID_USED" },
        { "state", StatusCode.FailedPrecondition, "NOT_FAILED" },
        { "full", StatusCode.ResourceExhausted, "QUEUE_FULL" },
        { "down", StatusCode.Unavailable, "BPP_DOWN" },
    };

    public async Task InitializeAsync() => _service = await TestService.StartAsync(builder =>
        builder.Services.AddExceptionMapper(e => e is BadImageFormatException ? Refusal.Unavailable("REDIS_UNAVAILABLE", "The cache does not answer now.") : null));

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ARefusalOfAUnaryCallArrivesWithItsStatusAndReason(string kind, StatusCode code, string reason)
    {
        var error = await GetFailsAsync(Of(kind).AsException());

        Check(error, kind, code, reason);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ARefusalOfAStreamArrivesTheSameEvenAfterMessages(string kind, StatusCode code, string reason)
    {
        _service.Workloads.Watch = async (stream, _) =>
        {
            await stream.WriteAsync(new WatchWorkloadResponse());
            throw Of(kind).AsException();
        };
        using var call = _service.Client.WatchWorkload(new());

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).Within());

        Check(error, kind, code, reason);
    }

    [Fact]
    public async Task EveryBrokenFieldIsNamedWithItsRule()
    {
        var error = await GetFailsAsync(Refusal.InvalidArgument([new("id", "must be a UUID"), new("option", "must be from 1 to 3")]).AsException());

        Assert.Equal([new("id", "must be a UUID"), new("option", "must be from 1 to 3")], error.Violations());
    }

    [Fact]
    public async Task WhatWasNotFoundIsInTheMetadata()
    {
        var error = await GetFailsAsync(Refusal.NotFound("grid_zone", "LDN").AsException());

        Assert.Equal("LDN", error.Detail<ErrorInfo>()!.Metadata["id"]);
        Assert.Equal("There is no grid zone LDN.", error.Status.Detail);
    }

    [Fact]
    public async Task ARefusalSaysWhenToComeBack()
    {
        var error = await GetFailsAsync(Refusal.ResourceExhausted("QUEUE_FULL", "Full.", TimeSpan.FromSeconds(3)).AsException());

        Assert.Equal(3, error.Detail<RetryInfo>()!.RetryDelay.Seconds);
    }

    [Fact]
    public async Task AnUnexpectedErrorTellsTheCallerNothingButTheIdOfItsLogEntry()
    {
        var error = await GetFailsAsync(new InvalidOperationException("password=hunter2 on host db7"));

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.Equal("INTERNAL", error.Reason());
        Assert.DoesNotContain("hunter2", error.ToString() + error.Details(), StringComparison.Ordinal);
        Assert.DoesNotContain("InvalidOperation", error.Status.Detail, StringComparison.Ordinal);
        var id = error.Detail<ErrorInfo>()!.Metadata["correlation_id"];
        Assert.Contains(_service.Log.Lines, line => line.Contains(id, StringComparison.Ordinal) && line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnUnexpectedErrorOfAStreamTellsNothingEither()
    {
        _service.Workloads.Watch = (_, _) => throw new InvalidOperationException("password=hunter2");
        using var call = _service.Client.WatchWorkload(new());

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).Within());

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATransientErrorOfTheDatabaseIsUnavailableWithoutItsDetails()
    {
        var error = await GetFailsAsync(new LostDatabase());

        Assert.Equal((StatusCode.Unavailable, "DATABASE_UNAVAILABLE"), (error.StatusCode, error.Reason()));
        Assert.DoesNotContain("db7", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostTeachesTheTableTheExceptionsOfItsLibraries()
    {
        var error = await GetFailsAsync(new BadImageFormatException());

        Assert.Equal((StatusCode.Unavailable, "REDIS_UNAVAILABLE"), (error.StatusCode, error.Reason()));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, StatusCode.Unavailable)]
    [InlineData(StatusCode.DeadlineExceeded, StatusCode.Unavailable)]
    [InlineData(StatusCode.InvalidArgument, StatusCode.Internal)]
    [InlineData(StatusCode.Unimplemented, StatusCode.Unimplemented)]
    public async Task AnErrorOfAServiceBehindIsNotPassedOnAsOurs(StatusCode theirs, StatusCode ours)
    {
        var error = await GetFailsAsync(new RpcException(new Grpc.Core.Status(theirs, "127.0.0.1:5101")));

        Assert.Equal(ours, error.StatusCode);
    }

    [Fact]
    public async Task AMethodWithoutABodyIsUnimplemented()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _service.Client.CancelWorkloadAsync(new()));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task ACallThatRunsIntoItsDeadlineIsDeadlineExceededAndNoErrorInTheLog()
    {
        _service.Workloads.Get = async (_, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new();
        };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await _service.Client.GetWorkloadAsync(new(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(100)));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.DoesNotContain(_service.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ACancelledCallEndsTheWorkAndIsNoErrorInTheLog()
    {
        var started = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        _service.Workloads.Watch = async (_, context) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
            finally
            {
                ended.SetResult();
            }
        };
        using var cancel = new CancellationTokenSource();
        using var call = _service.Client.WatchWorkload(new(), cancellationToken: cancel.Token);
        var next = call.ResponseStream.MoveNext(CancellationToken.None);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => next.Within())).StatusCode);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(_service.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AStreamEndsWhenTheProcessIsToldToStop()
    {
        var started = new TaskCompletionSource();
        _service.Workloads.Watch = async (_, context) =>
        {
            Assert.NotNull(context.GetHttpContext());
            started.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        using var call = _service.Client.WatchWorkload(new());
        var next = call.ResponseStream.MoveNext(CancellationToken.None);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var stop = _service.App.StopAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => next.Within());
        Assert.Equal((StatusCode.Unavailable, "SHUTTING_DOWN"), (error.StatusCode, error.Reason()));
        await stop.Within();
    }

    [Fact]
    public void AReasonIsUpperSnake() =>
        Assert.Throws<ArgumentException>(() => Refusal.FailedPrecondition("not-good", "No."));

    private static Refusal Of(string kind) => kind switch
    {
        "invalid" => Refusal.InvalidArgument("page_size", "must be from 1 to 500"),
        "missing" => Refusal.NotFound("grid_zone", "LDN"),
        "exists" => Refusal.AlreadyExists("REQUEST_ID_USED", "Used – für anderes."),
        "state" => Refusal.FailedPrecondition("NOT_FAILED", "It has not failed."),
        "full" => Refusal.ResourceExhausted("QUEUE_FULL", "Full."),
        _ => Refusal.Unavailable("BPP_DOWN", "Down."),
    };

    private static void Check(RpcException error, string kind, StatusCode code, string reason)
    {
        Assert.Equal(code, error.StatusCode);
        Assert.Equal(reason, error.Reason());
        Assert.Equal("pylon", error.Detail<ErrorInfo>()!.Domain);
        Assert.Equal((int)code, error.Details()!.Code);
        Assert.Equal(Of(kind).Message, error.Status.Detail);
        Assert.Equal(error.Status.Detail, error.Details()!.Message);
    }

    private async Task<RpcException> GetFailsAsync(Exception exception)
    {
        _service.Workloads.Get = (_, _) => throw exception;
        return await Assert.ThrowsAsync<RpcException>(async () => await _service.Client.GetWorkloadAsync(new()));
    }

    private sealed class LostDatabase() : DbException("could not reach db7")
    {
        public override bool IsTransient => true;
    }
}
