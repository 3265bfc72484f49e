using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing.V1;

namespace Pylon.Gateway.Tests;

/// <summary>What the fake services received.</summary>
internal sealed class FakeServices
{
    /// <summary>Set when the running Hang or Watch was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<ReceiveCallbackRequest> Callbacks { get; } = new();

    public DateTime Deadline { get; set; }

    /// <summary>How many calls of GetWorkload came.</summary>
    public int WorkloadsRead => _workloadsRead;

    private int _workloadsRead;

    public void CountRead() => Interlocked.Increment(ref _workloadsRead);

    /// <summary>Runs until the call is cancelled.</summary>
    public async Task HangAsync(ServerCallContext context)
    {
        Deadline = context.Deadline;
        Entered.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        finally
        {
            Cancelled.TrySetResult();
        }
    }
}

internal sealed class FakeEcho(FakeServices seen) : EchoService.EchoServiceBase
{
    public override Task<EchoResponse> Get(EchoRequest request, ServerCallContext context) => Task.FromResult(Answer(request, context));

    public override Task<EchoResponse> Send(EchoRequest request, ServerCallContext context) => Task.FromResult(Answer(request, context));

    public override Task<EchoResponse> Fail(FailRequest request, ServerCallContext context) => (StatusCode)request.Code switch
    {
        StatusCode.InvalidArgument => throw Refusal.InvalidArgument("reason", "must be good").AsException(),
        StatusCode.NotFound => throw Refusal.NotFound("echo", request.Reason).AsException(),
        StatusCode.FailedPrecondition => throw Refusal.FailedPrecondition(request.Reason, request.Message).AsException(),
        StatusCode.AlreadyExists => throw Refusal.AlreadyExists(request.Reason, request.Message).AsException(),
        StatusCode.ResourceExhausted => throw Refusal.ResourceExhausted(request.Reason, request.Message, TimeSpan.FromSeconds(7)).AsException(),
        StatusCode.Unavailable => throw Refusal.Unavailable(request.Reason, request.Message).AsException(),
        _ => throw new InvalidOperationException("a secret"),
    };

    public override async Task<EchoResponse> Hang(EchoRequest request, ServerCallContext context)
    {
        await seen.HangAsync(context);
        return new EchoResponse();
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        for (var i = 1; i <= request.Count; i++)
            await responseStream.WriteAsync(new EchoResponse { Number = i }, context.CancellationToken);
        if (request.Code != 0)
            throw Refusal.NotFound("echo", request.Code).AsException();
        if (request.Hang)
            await seen.HangAsync(context);
    }

    public override async Task<EchoResponse> Collect(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var response = new EchoResponse();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            response.Texts.Add(request.Text);
            response.Number++;
        }

        return response;
    }

    public override async Task Chat(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(new EchoResponse { Echo = request }, context.CancellationToken);
    }

    private static EchoResponse Answer(EchoRequest request, ServerCallContext context)
    {
        var response = new EchoResponse { Echo = request, Texts = { request.Texts } };
        foreach (var header in context.RequestHeaders.Where(header => !header.IsBinary))
            response.Headers[header.Key] = header.Value;
        return response;
    }
}

internal sealed class FakeWorkloads(FakeServices seen) : WorkloadService.WorkloadServiceBase
{
    public override Task<SubmitWorkloadResponse> SubmitWorkload(SubmitWorkloadRequest request, ServerCallContext context) => Task.FromResult(
        new SubmitWorkloadResponse { Workload = new Workload { Id = "w1", WorkloadName = request.WorkloadName, UserEmail = request.UserEmail, Request = request.Request, Urgency = request.Urgency, Status = WorkloadStatus.Queued } });

    public override async Task<GetWorkloadResponse> GetWorkload(GetWorkloadRequest request, ServerCallContext context)
    {
        seen.CountRead();
        if (request.Id == "unknown")
            throw Refusal.NotFound("workload", request.Id).AsException();
        if (request.Id == "hang")
            await seen.HangAsync(context);
        if (request.Id == "cut")
        {
            // Half of a message, and then the end of the stream.
            var http = context.GetHttpContext();
            await http.Response.BodyWriter.WriteAsync(new byte[] { 0, 0, 0, 1, 0, 7 }, context.CancellationToken);
            http.Abort();
        }

        context.ResponseTrailers.Add("after", "yes");
        return new GetWorkloadResponse { Workload = new Workload { Id = request.Id } };
    }

    public override Task<ListWorkloadsResponse> ListWorkloads(ListWorkloadsRequest request, ServerCallContext context) => Task.FromResult(
        new ListWorkloadsResponse { Workloads = { request.Status.Select(status => new Workload { Status = status }) }, NextPageToken = $"{request.PageSize}" });

    public override Task<ChooseRecommendationResponse> ChooseRecommendation(ChooseRecommendationRequest request, ServerCallContext context) => Task.FromResult(
        new ChooseRecommendationResponse { Workload = new Workload { Id = request.Id, ChosenOption = request.Option } });

    [SendsOwnHeaders]
    public override async Task WatchWorkload(WatchWorkloadRequest request, IServerStreamWriter<WatchWorkloadResponse> responseStream, ServerCallContext context)
    {
        if (request.Id == "silent")
        {
            await context.WriteResponseHeadersAsync([new("early", "yes")]);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        foreach (var status in new[] { WorkloadStatus.Queued, WorkloadStatus.Processing, WorkloadStatus.PendingUserChoice })
            await responseStream.WriteAsync(new WatchWorkloadResponse { Workload = new Workload { Id = request.Id, Status = status } }, context.CancellationToken);
        if (request.Id == "open")
        {
            seen.Entered.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
            finally
            {
                seen.Cancelled.TrySetResult();
            }
        }
    }
}

internal sealed class FakeBeckn(FakeServices seen) : BecknService.BecknServiceBase
{
    public override async Task<ReceiveCallbackResponse> ReceiveCallback(ReceiveCallbackRequest request, ServerCallContext context)
    {
        seen.Callbacks.Enqueue(request);
        if (request.Action == "on_track")
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        var isGood = request.Body.Span.StartsWith("{"u8);
        return new ReceiveCallbackResponse
        {
            HttpStatus = isGood ? 200 : 400,
            Body = ByteString.CopyFromUtf8(isGood ? """{"message":{"ack":{"status":"ACK"}}}""" : """{"message":{"ack":{"status":"NACK"}}}"""),
        };
    }
}

internal sealed class FakeImports : Ingestion.V1.PipelineRunService.PipelineRunServiceBase
{
    public override async Task<Ingestion.V1.ImportSeriesResponse> ImportSeries(IAsyncStreamReader<Ingestion.V1.ImportSeriesRequest> requestStream, ServerCallContext context)
    {
        var response = new Ingestion.V1.ImportSeriesResponse();
        await foreach (var _ in requestStream.ReadAllAsync(context.CancellationToken))
            response.RowsRead++;
        return response;
    }
}

/// <summary>The dashboard of Insights, whose bands are not known.</summary>
internal sealed class FakeEmissions : Insights.V1.EmissionService.EmissionServiceBase
{
    public override Task<Insights.V1.GetCurrentEmissionsResponse> GetCurrentEmissions(Insights.V1.GetCurrentEmissionsRequest request, ServerCallContext context) =>
        Task.FromResult(new Insights.V1.GetCurrentEmissionsResponse { CurrentRate = 12.5, Trend = "rising", Categories = { ["logistics"] = 30 }, TotalToday = 30, PredictionCount = 4 });

    public override Task<Insights.V1.GetEmissionForecastResponse> GetEmissionForecast(Insights.V1.GetEmissionForecastRequest request, ServerCallContext context) =>
        Task.FromResult(new Insights.V1.GetEmissionForecastResponse { Dates = { "2026-11-26" }, Forecast = { 100 }, Model = "daily-mean", Engine = "built-in" });

    public override Task<Insights.V1.GetEmissionSummaryResponse> GetEmissionSummary(Insights.V1.GetEmissionSummaryRequest request, ServerCallContext context) =>
        Task.FromResult(new Insights.V1.GetEmissionSummaryResponse
        {
            TotalEmissions = request.Entity.Length,
            // As a service would, it answers only times that there are.
            StartTime = request.StartTime is { Seconds: >= -62_135_596_800 and <= 253_402_300_799, Nanos: >= 0 and <= 999_999_999 } time ? time : null,
        });
}
