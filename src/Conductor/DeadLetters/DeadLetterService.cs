using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Common.V1;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Completions;
using Pylon.Conductor.Pipelines;
using Pylon.Conductor.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Conductor.DeadLetters;

/// <summary>The gRPC API of dead letters.</summary>
internal sealed class DeadLetterService(DeadLetterStore store, IBatches batches, PipelineDefiner definer, Catalogue catalogue, TimeProvider time)
    : V1.DeadLetterService.DeadLetterServiceBase
{
    public override async Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        List<string> states = request.States.Count == 0 ? [DeadLetterRecord.Open] : [.. request.States.Select(StateName).Distinct()];
        var page = await store.PageAsync(context.Tenant(), states, PageToken.Decode(request.PageToken), size + 1, context.CancellationToken);
        var response = new ListDeadLettersResponse
        {
            NextPageToken = page.Count > size ? new PageToken(page[size - 1].FirstFailedAt, page[size - 1].Id).Encode() : "",
        };
        response.DeadLetters.AddRange(page.Take(size).Select(letter => ToProto(letter with { Original = [] })));
        return response;
    }

    public override async Task<GetDeadLetterResponse> GetDeadLetter(GetDeadLetterRequest request, ServerCallContext context) =>
        new() { DeadLetter = ToProto(await FindAsync(request.Id, context)) };

    public override async Task<ReplayDeadLetterResponse> ReplayDeadLetter(ReplayDeadLetterRequest request, ServerCallContext context)
    {
        var letter = await FindAsync(request.Id, context);
        if (letter.State == DeadLetterRecord.Open)
        {
            await ProcessAsync(letter, context.CancellationToken);
            letter = await store.SettleAsync(letter.Id, DeadLetterRecord.Replayed, time.GetUtcNow(), context.CancellationToken)
                ?? await FindAsync(request.Id, context);
        }

        if (letter.State == DeadLetterRecord.Discarded)
            throw Rpc.Refusal.FailedPrecondition("DEAD_LETTER_DISCARDED", "the dead letter is DISCARDED; only one that is OPEN or REPLAYED can be replayed").AsException();
        return new ReplayDeadLetterResponse { DeadLetter = ToProto(letter) };
    }

    public override async Task<DiscardDeadLetterResponse> DiscardDeadLetter(DiscardDeadLetterRequest request, ServerCallContext context)
    {
        var found = await FindAsync(request.Id, context);
        var letter = await store.SettleAsync(found.Id, DeadLetterRecord.Discarded, time.GetUtcNow(), context.CancellationToken)
            ?? await FindAsync(request.Id, context);
        if (letter.State == DeadLetterRecord.Replayed)
            throw Rpc.Refusal.FailedPrecondition("DEAD_LETTER_REPLAYED", "the dead letter is REPLAYED; only one that is OPEN or DISCARDED can be discarded").AsException();
        return new DiscardDeadLetterResponse { DeadLetter = ToProto(letter) };
    }

    private async Task ProcessAsync(DeadLetterRecord letter, CancellationToken cancellationToken)
    {
        if (await FaultOfAsync(letter, cancellationToken) is not { } fault)
            return;
        await store.FailAgainAsync(letter.Id, fault, time.GetUtcNow(), cancellationToken);
        throw Rpc.Refusal.FailedPrecondition("STILL_NOT_PROCESSABLE", fault).AsException();
    }

    /// <summary>Processes it; the reason when that fails, otherwise null.</summary>
    private async Task<string?> FaultOfAsync(DeadLetterRecord letter, CancellationToken cancellationToken)
    {
        if (letter.Topic == ResolutionRequest.Topic)
        {
            var resolution = ResolutionRequest.Read(letter.Original);
            var (pipeline, unknown) = definer.Find(resolution.Pipeline);
            if (pipeline is null)
                return $"requested_pipeline '{resolution.Pipeline}' {unknown}";
            // A request without a correlation id gets the id of its dead letter.
            var correlationId = resolution.CorrelationId is { Length: > 0 } given ? given : letter.Id.ToString();
            await definer.DefineAsync(resolution with { CorrelationId = correlationId }, pipeline, cancellationToken);
            return null;
        }

        var topic = CompletionTopic.All.FirstOrDefault(t => t.Name == letter.Topic) ?? new CompletionTopic(letter.Topic, "", WholeBatch: false);
        var (report, fault) = Completion.Read(topic, letter.Format, letter.Original, catalogue, letter.FirstFailedAt);
        if (report is not null)
            await batches.ReportAsync(report, cancellationToken);
        return fault;
    }

    private async Task<DeadLetterRecord> FindAsync(string id, ServerCallContext context) =>
        await store.FindAsync(context.Tenant(), Field.Uuid(id, "id"), context.CancellationToken) ?? throw Rpc.Refusal.NotFound("dead_letter", id).AsException();

    private static string StateName(DeadLetterState state) => state switch
    {
        DeadLetterState.Open => DeadLetterRecord.Open,
        DeadLetterState.Replayed => DeadLetterRecord.Replayed,
        DeadLetterState.Discarded => DeadLetterRecord.Discarded,
        _ => throw Rpc.Refusal.InvalidArgument("states", "must be OPEN, REPLAYED or DISCARDED").AsException(),
    };

    private static DeadLetter ToProto(DeadLetterRecord letter) => new()
    {
        Id = letter.Id.ToString(),
        Topic = letter.Topic,
        Position = letter.Position,
        EventId = letter.EventId,
        BatchId = letter.BatchId,
        Reason = letter.Reason,
        Attempts = letter.Attempts,
        Original = ByteString.CopyFrom(letter.Original),
        State = letter.State switch
        {
            DeadLetterRecord.Open => DeadLetterState.Open,
            DeadLetterRecord.Replayed => DeadLetterState.Replayed,
            _ => DeadLetterState.Discarded,
        },
        FirstFailedAt = letter.FirstFailedAt.ToTimestamp(),
        LastFailedAt = letter.LastFailedAt.ToTimestamp(),
        SettledAt = letter.SettledAt?.ToTimestamp(),
    };
}
