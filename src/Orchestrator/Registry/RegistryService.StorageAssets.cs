using Grpc.Core;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Registry;

internal sealed partial class RegistryService
{
    public override async Task<CreateStorageAssetResponse> CreateStorageAsset(CreateStorageAssetRequest request, ServerCallContext context) =>
        new() { StorageAsset = await storageAssets.Of(context.Tenant()).CreateAsync(request.RequestId, request.StorageAsset, context.CancellationToken) };

    public override async Task<GetStorageAssetResponse> GetStorageAsset(GetStorageAssetRequest request, ServerCallContext context) =>
        new() { StorageAsset = await storageAssets.Of(context.Tenant()).GetAsync(request.Id, context.CancellationToken) };

    public override async Task<ListStorageAssetsResponse> ListStorageAssets(ListStorageAssetsRequest request, ServerCallContext context)
    {
        Condition?[] filters =
        [
            Filters.Operator(request.OperatorId),
            Filters.Region(request.HasRegionId, request.RegionId),
            Filters.Word("status", request.Status, status => Values.Upper(status, "status")),
            Filters.Source(request.Source),
        ];
        var (page, next) = await storageAssets.Of(context.Tenant()).ListAsync(request.PageSize, request.PageToken, filters, context.CancellationToken);
        return new ListStorageAssetsResponse { StorageAssets = { page }, NextPageToken = next };
    }

    public override async Task<UpdateStorageAssetResponse> UpdateStorageAsset(UpdateStorageAssetRequest request, ServerCallContext context) =>
        new() { StorageAsset = await storageAssets.Of(context.Tenant()).UpdateAsync(request.StorageAsset, request.UpdateMask, context.CancellationToken) };

    public override async Task<DeleteStorageAssetResponse> DeleteStorageAsset(DeleteStorageAssetRequest request, ServerCallContext context)
    {
        await storageAssets.Of(context.Tenant()).DeleteAsync(request.Id, context.CancellationToken);
        return new DeleteStorageAssetResponse();
    }
}
