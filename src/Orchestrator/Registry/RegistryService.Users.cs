using Grpc.Core;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Registry;

internal sealed partial class RegistryService
{
    public override async Task<CreateUserResponse> CreateUser(CreateUserRequest request, ServerCallContext context) =>
        new() { User = await users.Of(context.Tenant()).CreateAsync(request.RequestId, request.User, context.CancellationToken) };

    public override async Task<GetUserResponse> GetUser(GetUserRequest request, ServerCallContext context) =>
        new() { User = await users.Of(context.Tenant()).GetAsync(request.Id, context.CancellationToken) };

    public override async Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context)
    {
        Condition?[] filters =
        [
            Filters.Operator(request.OperatorId),
            Filters.Email(request.UserEmail),
            Filters.Word("role", request.Role, Users.RoleName),
            Filters.Active(request.HasIsActive, request.IsActive),
            Filters.Source(request.Source),
        ];
        var (page, next) = await users.Of(context.Tenant()).ListAsync(request.PageSize, request.PageToken, filters, context.CancellationToken);
        return new ListUsersResponse { Users = { page }, NextPageToken = next };
    }

    public override async Task<UpdateUserResponse> UpdateUser(UpdateUserRequest request, ServerCallContext context) =>
        new() { User = await users.Of(context.Tenant()).UpdateAsync(request.User, request.UpdateMask, context.CancellationToken) };

    public override async Task<GetUserSummaryResponse> GetUserSummary(GetUserSummaryRequest request, ServerCallContext context)
    {
        var id = Field.Uuid(request.Id, "id");
        return new GetUserSummaryResponse
        {
            Summary = await summaries.Of(context.Tenant()).UserAsync(id, context.CancellationToken) ?? throw Refusal.NotFound("user_summary", id).AsException(),
        };
    }
}
