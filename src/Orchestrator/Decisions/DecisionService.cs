using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Decisions;

/// <summary>The gRPC service of contexts, outputs and decisions.</summary>
internal sealed class DecisionService(DecisionStore store, AuditStore audit) : V1.DecisionService.DecisionServiceBase
{
    private const string Success = "success";

    private DecisionStore Store(ServerCallContext context) => store.Of(context.Tenant());

    public override async Task<GetContextResponse> GetContext(GetContextRequest request, ServerCallContext context)
    {
        var workloadId = Field.OptionalUuid(request.WorkloadId, "workload_id");
        if (await Store(context).ContextAsync(workloadId, context.CancellationToken) is { } stored)
            return ToProto(stored);
        return workloadId is { } id
            ? throw Refusal.NotFound("decision_context", id).AsException()
            : new GetContextResponse
            {
                Document = new Struct { Fields = { ["message"] = Value.ForString("No active decision context"), ["context"] = Value.ForNull() } },
            };
    }

    public override async Task<MarkProcessedResponse> MarkProcessed(MarkProcessedRequest request, ServerCallContext context)
    {
        var id = Field.OptionalUuid(request.ContextId, "context_id")
            ?? (await Store(context).ContextAsync(null, context.CancellationToken))?.Id
            ?? throw Refusal.FailedPrecondition("NO_CONTEXT", "there is no decision context yet: submit a workload first").AsException();
        var marked = await Store(context).MarkProcessedAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("decision_context", id).AsException();
        return new MarkProcessedResponse
        {
            Status = Success,
            Message = "Task marked as processed",
            ContextId = marked.Id.ToString(),
            ProcessedAt = marked.ProcessedAt?.ToTimestamp(),
        };
    }

    public override async Task<GetLlmOutputResponse> GetLlmOutput(GetLlmOutputRequest request, ServerCallContext context)
    {
        var workloadId = Field.OptionalUuid(request.WorkloadId, "workload_id");
        var output = workloadId is { } id
            ? await Store(context).OutputAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("llm_output", id).AsException()
            : (await Store(context).OutputsAsync(null, 1, context.CancellationToken)).FirstOrDefault();
        return output is null
            ? new GetLlmOutputResponse { Status = "empty", Message = "No LLM output available yet", Output = Value.ForNull() }
            : new GetLlmOutputResponse { Status = Success, Output = Value.ForStruct(DocumentOf(output.Document)) };
    }

    public override async Task<ListLlmOutputsResponse> ListLlmOutputs(ListLlmOutputsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var page = await Store(context).OutputsAsync(PageToken.Decode(request.PageToken), size + 1, context.CancellationToken);
        var response = new ListLlmOutputsResponse { Status = Success, Outputs = { page.Take(size).Select(o => DocumentOf(o.Document)) } };
        response.Count = response.Outputs.Count;
        if (page.Count > size)
            response.NextPageToken = new PageToken(page[size - 1].CreatedAt, page[size - 1].Id).Encode();
        return response;
    }

    public override async Task<ListDecisionsResponse> ListDecisions(ListDecisionsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var types = request.DecisionType.Select(TypeName).Distinct(StringComparer.Ordinal).ToList();
        var page = await audit.Of(context.Tenant()).PageAsync(
            PageToken.Decode(request.PageToken), Field.OptionalUuid(request.WorkloadId, "workload_id"), types, size + 1, context.CancellationToken);
        var response = new ListDecisionsResponse { Decisions = { page.Take(size).Select(DecisionMapping.ToProto) } };
        if (page.Count > size)
            response.NextPageToken = new PageToken(page[size - 1].DecidedAt, page[size - 1].Id).Encode();
        return response;
    }

    private static GetContextResponse ToProto(StoredContext stored)
    {
        var document = DocumentOf(stored.Document);
        document.Fields["processed"] = Value.ForBool(stored.ProcessedAt is not null);
        if (stored.ProcessedAt is { } at)
            document.Fields["processed_at"] = Value.ForString(at.UtcDateTime.ToString("O"));
        return new GetContextResponse
        {
            Document = document,
            ContextId = stored.Id.ToString(),
            WorkloadId = stored.WorkloadId.ToString(),
            ContextVersion = stored.ContextVersion,
            Hash = stored.Hash,
            AsKnownAt = stored.AsKnownAt.ToTimestamp(),
            ProcessedAt = stored.ProcessedAt?.ToTimestamp(),
        };
    }

    private static Struct DocumentOf(string json) => JsonParser.Default.Parse<Struct>(json);

    private static string TypeName(DecisionType type) => Field.Known(type, "decision_type") != DecisionType.Unspecified
        ? DecisionTypes.NameOf(type)
        : throw Refusal.InvalidArgument("decision_type", "must be a DecisionType other than DECISION_TYPE_UNSPECIFIED").AsException();
}
