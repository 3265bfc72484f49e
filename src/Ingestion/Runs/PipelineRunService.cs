using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Import;
using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Ingestion.Runs;

/// <summary>The gRPC service for ingestion runs, imports and the quarantine.</summary>
internal sealed class PipelineRunService(PipelineRunner runner, RunStore store, SeriesImport import, IOptions<SourcesOptions> options, TimeProvider time)
    : V1.PipelineRunService.PipelineRunServiceBase
{
    public override async Task<RunPipelineResponse> RunPipeline(RunPipelineRequest request, ServerCallContext context)
    {
        var requestId = Field.OptionalUuid(request.RequestId, "request_id");
        for (var i = 0; i < request.Sources.Count; i++)
        {
            if (!runner.Names.Contains(request.Sources[i]))
                throw Refusal.InvalidArgument($"sources[{i}]", $"must be one of {string.Join(", ", runner.Names)}").AsException();
        }

        var token = context.CancellationToken;
        var id = requestId is { } known ? await store.FindByRequestAsync(known, token) : null;
        id ??= (await runner.TryBeginAsync("request", requestId, request.Sources, DateTimeOffset.MaxValue, token))?.Id;
        id ??= await store.FindRunningAsync(token);
        var run = id is { } found ? await store.FindAsync(found, token) : null;
        return run is null
            ? throw Refusal.Unavailable("RUN_JUST_ENDED", "Another ingestion run is just ending: call again.", TimeSpan.FromSeconds(1)).AsException()
            : new RunPipelineResponse { Run = Message(run) };
    }

    public override async Task<GetRunResponse> GetRun(GetRunRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.RunId, "run_id");
        var run = await store.FindAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("run", id).AsException();
        return new GetRunResponse { Run = Message(run) };
    }

    public override async Task<ListRunsResponse> ListRuns(ListRunsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var runs = await store.ListAsync(PageToken.Decode(request.PageToken), size + 1, context.CancellationToken);
        return new ListRunsResponse
        {
            Runs = { runs.Take(size).Select(Message) },
            NextPageToken = runs.Count > size ? new PageToken(runs[size - 1].StartedAt, runs[size - 1].Id).Encode() : "",
        };
    }

    public override Task<ImportSeriesResponse> ImportSeries(IAsyncStreamReader<ImportSeriesRequest> requestStream, ServerCallContext context) =>
        import.RunAsync(requestStream, context.CancellationToken);

    public override async Task<ListQuarantineResponse> ListQuarantine(ListQuarantineRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var source = Field.Text(request.Source, "source", 0, 200);
        var rows = await store.QuarantinedAsync(source, After(request.PageToken), size + 1, context.CancellationToken);
        return new ListQuarantineResponse
        {
            Rows = { rows.Take(size) },
            NextPageToken = rows.Count > size ? PageToken.EncodeText($"{rows[size - 1].LastSeenAt.ToDateTimeOffset().UtcTicks}/{rows[size - 1].Id}") : "",
        };
    }

    private static (DateTimeOffset Time, long Id)? After(string token)
    {
        if (PageToken.DecodeText(token)?.Split('/') is not { } parts)
            return null;
        return parts.Length == 2 && long.TryParse(parts[0], out var ticks) && long.TryParse(parts[1], out var id) && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), id)
            : throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();
    }

    private PipelineRun Message(Run run) => new()
    {
        Id = run.Id.ToString("D"),
        Trigger = System.Enum.Parse<PipelineRunTrigger>(run.Trigger, ignoreCase: true),
        Status = Status(run.Status),
        StartedAt = run.StartedAt.ToTimestamp(),
        FinishedAt = run.FinishedAt?.ToTimestamp(),
        Sources = { run.Sources.Select(Message) },
    };

    private SourceRun Message(SourceOutcome o) => new()
    {
        Source = o.Source,
        Status = Status(o.Status),
        RowsRead = o.Read,
        RowsNew = o.New,
        RowsChanged = o.Changed,
        RowsUnchanged = o.Unchanged,
        RowsRejected = o.Rejected,
        HalfHoursMissing = o.Missing,
        Missing = { o.MissingSpans },
        Duration = ((o.FinishedAt ?? time.GetUtcNow()) - o.StartedAt).ToDuration(),
        Error = o.Error,
        FreshAt = o.FreshAt?.ToTimestamp(),
        Stale = o.FreshAt is not { } fresh || time.GetUtcNow() - fresh > options.Value.StaleAfter,
    };

    private static PipelineRunStatus Status(string status) => System.Enum.Parse<PipelineRunStatus>(status, ignoreCase: true);
}
