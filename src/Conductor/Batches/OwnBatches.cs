using Grpc.Core;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Conductor.Batches;

/// <summary>Which batches are the caller's.</summary>
internal static class OwnBatches
{
    /// <summary>A batch that nobody has begun becomes the operator's; one of another operator is not found.</summary>
    /// <param name="asked">The operator that the request names.</param>
    public static async Task ClaimAsync(this IBatchOwners owners, string batchId, Guid? asked, ServerCallContext context)
    {
        var caller = context.Tenant().OperatorId;
        if (caller is not null && asked is not null && asked != caller)
            throw Refusal.InvalidArgument("operator_id", "must be that of the caller, or left out").AsException();
        if ((caller ?? asked) is not { } operatorId)
            return;
        if (await owners.ClaimAsync(batchId, operatorId, context.CancellationToken) != operatorId && caller is not null)
            throw Refusal.NotFound("batch", batchId).AsException();
    }

    /// <summary>A batch of another operator, and one that nobody has begun, is not found.</summary>
    public static async Task RequireOwnAsync(this IBatchOwners owners, string batchId, ServerCallContext context)
    {
        if (!await owners.IsOwnAsync(batchId, context))
            throw Refusal.NotFound("batch", batchId).AsException();
    }

    /// <summary>False for a batch of another operator, and for one that nobody has begun.</summary>
    public static async Task<bool> IsOwnAsync(this IBatchOwners owners, string batchId, ServerCallContext context) =>
        context.Tenant().OperatorId is not { } caller || await owners.FindAsync(batchId, context.CancellationToken) == caller;
}
