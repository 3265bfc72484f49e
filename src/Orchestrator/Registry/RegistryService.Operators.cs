using Grpc.Core;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Registry;

internal sealed partial class RegistryService
{
    public override async Task<CreateOperatorResponse> CreateOperator(CreateOperatorRequest request, ServerCallContext context) =>
        new() { Operator = await operators.Of(context.Tenant()).CreateAsync(request.RequestId, request.Operator, context.CancellationToken) };

    public override async Task<GetOperatorResponse> GetOperator(GetOperatorRequest request, ServerCallContext context) =>
        new() { Operator = await operators.Of(context.Tenant()).GetAsync(request.Id, context.CancellationToken) };

    public override async Task<ListOperatorsResponse> ListOperators(ListOperatorsRequest request, ServerCallContext context)
    {
        Condition?[] filters =
        [
            Filters.Word("operator_type", request.OperatorType, Operators.TypeName),
            Filters.Region(request.HasRegionId, request.RegionId),
            Filters.Active(request.HasIsActive, request.IsActive),
            Filters.Source(request.Source),
        ];
        var (page, next) = await operators.Of(context.Tenant()).ListAsync(request.PageSize, request.PageToken, filters, context.CancellationToken);
        return new ListOperatorsResponse { Operators = { page }, NextPageToken = next };
    }

    public override async Task<UpdateOperatorResponse> UpdateOperator(UpdateOperatorRequest request, ServerCallContext context) =>
        new() { Operator = await operators.Of(context.Tenant()).UpdateAsync(request.Operator, request.UpdateMask, context.CancellationToken) };

    public override async Task<GetOperatorSummaryResponse> GetOperatorSummary(GetOperatorSummaryRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        return new GetOperatorSummaryResponse
        {
            Summary = await summaries.Of(context.Tenant()).OperatorAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("operator_summary", id).AsException(),
        };
    }
}
