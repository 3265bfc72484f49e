using Grpc.Core;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Registry;

internal sealed partial class RegistryService
{
    public override async Task<CreateDataCentreResponse> CreateDataCentre(CreateDataCentreRequest request, ServerCallContext context) =>
        new() { DataCentre = await dataCentres.Of(context.Tenant()).CreateAsync(request.RequestId, request.DataCentre, context.CancellationToken) };

    public override async Task<GetDataCentreResponse> GetDataCentre(GetDataCentreRequest request, ServerCallContext context) =>
        new() { DataCentre = await dataCentres.Of(context.Tenant()).GetAsync(request.Id, context.CancellationToken) };

    public override async Task<ListDataCentresResponse> ListDataCentres(ListDataCentresRequest request, ServerCallContext context)
    {
        Condition?[] filters =
        [
            Filters.Operator(request.OperatorId),
            Filters.Region(request.HasRegionId, request.RegionId),
            Filters.Word("status", request.Status, status => Values.Upper(status, "status")),
            Filters.Source(request.Source),
        ];
        var (page, next) = await dataCentres.Of(context.Tenant()).ListAsync(request.PageSize, request.PageToken, filters, context.CancellationToken);
        return new ListDataCentresResponse { DataCentres = { page }, NextPageToken = next };
    }

    public override async Task<UpdateDataCentreResponse> UpdateDataCentre(UpdateDataCentreRequest request, ServerCallContext context) =>
        new() { DataCentre = await dataCentres.Of(context.Tenant()).UpdateAsync(request.DataCentre, request.UpdateMask, context.CancellationToken) };

    public override async Task<DeleteDataCentreResponse> DeleteDataCentre(DeleteDataCentreRequest request, ServerCallContext context)
    {
        await dataCentres.Of(context.Tenant()).DeleteAsync(request.Id, context.CancellationToken);
        return new DeleteDataCentreResponse();
    }
}
