using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Shared;
using Pylon.Conductor.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Decision = Pylon.Conductor.Catalogues.Decision;
using Field = Pylon.Rpc.Field;

namespace Pylon.Conductor.Pipelines;

/// <summary>The gRPC API of pipelines and batches.</summary>
internal sealed class PipelineService(
    Catalogue catalogue,
    IBatches batches,
    IBatchOwners owners,
    PipelineDefiner definer,
    IFailedResolutions failed,
    Changes<string> changes,
    ConductorMetrics metrics,
    TimeProvider time,
    ILogger<PipelineService> logger)
    : V1.PipelineService.PipelineServiceBase
{
    private const int MaxIdLength = 200;
    private const int DefinitionsShown = 20;

    // Changes that another instance makes are found by reading again, soon after a change and then less and less often.
    private static readonly TimeSpan ShortestRecheck = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRecheck = TimeSpan.FromSeconds(5);

    public override async Task<DefinePipelineResponse> DefinePipeline(DefinePipelineRequest request, ServerCallContext context)
    {
        var started = time.GetTimestamp();
        var success = false;
        try
        {
            await owners.ClaimAsync(Id(request.BatchId, "batch_id"), Field.OptionalUuid(request.OperatorId, "operator_id"), context);
            var response = await DefineAsync(request, context.CancellationToken);
            success = true;
            return response;
        }
        finally
        {
            metrics.Resolved(success, time.GetElapsedTime(started));
        }
    }

    public override Task<ListPipelinesResponse> ListPipelines(ListPipelinesRequest request, ServerCallContext context)
    {
        var nothing = new HashSet<string>(StringComparer.Ordinal);
        var response = new ListPipelinesResponse();
        response.Phases.AddRange(catalogue.Phases.Select(p => new Phase { Name = p.Name, Requires = { p.Requires } }));
        response.Pipelines.AddRange(catalogue.Pipelines.Select(p => new Pipeline
        {
            Name = p.Name,
            Description = p.Description,
            Targets = { p.Targets },
            Phases = { Resolver.Resolve(catalogue, p, nothing).Final },
        }));
        return Task.FromResult(response);
    }

    public override async Task<ReportPhaseResponse> ReportPhase(ReportPhaseRequest request, ServerCallContext context)
    {
        var report = new PhaseReport(
            Field.OptionalUuid(request.EventId, "event_id") ?? Guid.NewGuid(),
            Id(request.BatchId, "batch_id"),
            PhaseName(request.Phase),
            Optional(request.EntityId, "entity_id"),
            request.Status switch
            {
                PhaseStatus.Success => true,
                PhaseStatus.Failed => false,
                _ => throw Rpc.Refusal.InvalidArgument("status", "must be PHASE_STATUS_SUCCESS or PHASE_STATUS_FAILED").AsException(),
            },
            Optional(request.ErrorCode, "error_code"),
            Optional(request.CorrelationId, "correlation_id"),
            Time(request.Time, "time") ?? time.GetUtcNow())
        {
            Work = PhaseWork.Parse(request.HasEnergyKwh ? request.EnergyKwh : null, request.StartedAt, request.EndedAt),
        };
        using var scope = logger.BatchScope(report.BatchId, report.CorrelationId);
        await owners.ClaimAsync(report.BatchId, null, context);
        var outcome = await batches.ReportAsync(report, context.CancellationToken);
        metrics.Reported(outcome.Changed);
        return new ReportPhaseResponse { Changed = outcome.Changed, Progress = ToProto(outcome.Progress) };
    }

    public override async Task<GetBatchResponse> GetBatch(GetBatchRequest request, ServerCallContext context)
    {
        var id = Id(request.BatchId, "batch_id");
        var batch = await owners.IsOwnAsync(id, context) ? await FindAsync(id, context.CancellationToken) : null;
        return new GetBatchResponse { Batch = batch ?? throw Rpc.Refusal.NotFound("batch", id).AsException() };
    }

    public override async Task<ListBatchesResponse> ListBatches(ListBatchesRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var ids = await batches.ListAsync(context.Tenant(), PageToken.DecodeText(request.PageToken), size + 1, context.CancellationToken);
        var found = await Task.WhenAll(ids.Take(size).Select(id => batches.FindAsync(id, context.CancellationToken)));
        var response = new ListBatchesResponse { NextPageToken = ids.Count > size ? PageToken.EncodeText(ids[size - 1]) : "" };
        response.Batches.AddRange(found.OfType<BatchSnapshot>().Select(ToProto));
        return response;
    }

    public override async Task WatchBatch(WatchBatchRequest request, IServerStreamWriter<WatchBatchResponse> responseStream, ServerCallContext context)
    {
        var id = Id(request.BatchId, "batch_id");
        Batch? sent = null;
        var recheck = ShortestRecheck;
        using var watch = changes.Begin(id);
        while (true)
        {
            // A batch that is not known yet is looked for in one store only.
            // One of another operator is not known to the caller.
            var now = await owners.IsOwnAsync(id, context) && (sent is not null || await batches.IsKnownAsync(id, context.CancellationToken))
                ? await batches.FindAsync(id, context.CancellationToken)
                : null;
            if (now is not null && ToProto(now) is var batch && !batch.Equals(sent))
            {
                sent = batch.Clone();
                recheck = ShortestRecheck;
                batch.Definitions.AddRange(await DefinitionsAsync(id, context.CancellationToken));
                await responseStream.WriteAsync(new WatchBatchResponse { Batch = batch }, context.CancellationToken);
            }

            await watch.WaitAsync(recheck, context.CancellationToken);
            recheck = TimeSpan.FromTicks(Math.Min(recheck.Ticks * 2, LongestRecheck.Ticks));
        }
    }

    private async Task<DefinePipelineResponse> DefineAsync(DefinePipelineRequest request, CancellationToken cancellationToken)
    {
        var batchId = Id(request.BatchId, "batch_id");
        if (request.HasTotalEntities)
            Field.Range(request.TotalEntities, "total_entities", 1, 100_000_000);
        var given = Optional(request.CorrelationId, "correlation_id");
        var correlationId = given.Length > 0
            ? given
            : Activity.Current?.TraceId.ToHexString() is { } trace ? $"{trace}-{Guid.NewGuid():N}" : Guid.NewGuid().ToString();
        using var scope = logger.BatchScope(batchId, correlationId);
        var (pipeline, fault) = definer.Find(request.RequestedPipeline);
        var resolution = new ResolutionRequest(batchId, request.RequestedPipeline, given, request.HasTotalEntities ? request.TotalEntities : null)
        {
            Order = request.Work is { } work ? OrderReader.Read(work, request.HasTotalEntities ? request.TotalEntities : null) : null,
        };
        if (pipeline is null)
        {
            // A phase without a pipeline can be mended in the catalogue; any other name is the caller's mistake.
            if (catalogue.Phase(request.RequestedPipeline) is not null)
                await failed.KeepAsync(resolution, $"requested_pipeline '{resolution.Pipeline}' {fault}", cancellationToken);
            throw Rpc.Refusal.InvalidArgument("requested_pipeline", fault!).AsException();
        }

        var definition = await DefineAsync(resolution with { CorrelationId = correlationId }, pipeline, cancellationToken);
        logger.Defined(batchId, definition.Resolution.Summary);
        return new DefinePipelineResponse
        {
            BatchId = batchId,
            FinalPipeline = { definition.Resolution.Final },
            AnalysisSummary = definition.Resolution.Summary,
            Analysis = request.Explain ? Analysis(definition) : null,
        };
    }

    private async Task<PipelineDefinition> DefineAsync(ResolutionRequest resolution, PipelineRule pipeline, CancellationToken cancellationToken)
    {
        try
        {
            return await definer.DefineAsync(resolution, pipeline, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !StoreFailure.Is(e))
        {
            // The caller repeats the call when a store is unreachable; any other failure is kept for an operator.
            await failed.KeepAsync(resolution, e.Message, cancellationToken);
            throw;
        }
    }

    private string PhaseName(string name) => catalogue.Phase(name) is not null
        ? name
        : throw Rpc.Refusal.InvalidArgument("phase", $"must be one of {string.Join(", ", catalogue.Phases.Select(p => p.Name))}").AsException();

    private async Task<Batch?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(id, cancellationToken) is not { } found)
            return null;
        var batch = ToProto(found);
        batch.Definitions.AddRange(await DefinitionsAsync(id, cancellationToken));
        return batch;
    }

    private async Task<IEnumerable<Definition>> DefinitionsAsync(string id, CancellationToken cancellationToken) =>
        (await batches.DefinitionsAsync(id, DefinitionsShown, cancellationToken)).Select(d => new Definition
        {
            Pipeline = d.Resolution.Pipeline,
            FinalPipeline = { d.Resolution.Final },
            Skipped = { d.Resolution.Skipped },
            CorrelationId = d.CorrelationId,
            DefinedAt = d.DefinedAt.ToTimestamp(),
        });

    private static DateTimeOffset? Time(Timestamp? value, string name)
    {
        try
        {
            return value?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw Rpc.Refusal.InvalidArgument(name, "must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z, with nanos from 0 to 999999999").AsException();
        }
    }

    private static string Id(string value, string name) => Field.Text(value, name, 1, MaxIdLength);

    private static string Optional(string value, string name) => Field.Text(value, name, 0, MaxIdLength);

    private static PipelineAnalysis Analysis(PipelineDefinition definition) => new()
    {
        CorrelationId = definition.CorrelationId,
        Phases =
        {
            definition.Resolution.Verdicts.Select(v => new PhaseVerdict
            {
                Phase = v.Phase,
                Decision = v.Decision switch
                {
                    Decision.Run => V1.Decision.Run,
                    Decision.SkipCompleted => V1.Decision.SkipCompleted,
                    _ => V1.Decision.NotNeeded,
                },
                Reason = v.Reason,
            }),
        },
    };

    private Batch ToProto(BatchSnapshot batch) => new()
    {
        BatchId = batch.BatchId,
        Revision = batch.Revision,
        TotalEntities = batch.Total,
        Phases = { batch.Phases.Values.OrderBy(p => catalogue.PlaceOf(p.Phase)).Select(ToProto) },
    };

    /// <summary>The progress of a phase in the contract.</summary>
    public static PhaseProgress ToProto(Progress progress)
    {
        var made = new PhaseProgress
        {
            Phase = progress.Phase,
            State = progress.IsComplete ? PhaseState.Complete : progress.Whole == false ? PhaseState.Failed : PhaseState.Running,
            Completed = progress.Completed,
            Failed = progress.Failed,
            Total = progress.Total,
            EnergyReports = progress.Work.Reports,
            StartedAt = progress.Work.StartedAt?.ToTimestamp(),
            EndedAt = progress.Work.EndedAt?.ToTimestamp(),
        };
        if (progress.Work.EnergyKwh is { } energy)
            made.EnergyKwh = energy;
        return made;
    }
}
