using Grpc.Core;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Registry;

internal sealed partial class RegistryService
{
    public override async Task<CreateAgentResponse> CreateAgent(CreateAgentRequest request, ServerCallContext context) =>
        new() { Agent = await agents.Of(context.Tenant()).CreateAsync(request.RequestId, request.Agent, context.CancellationToken) };

    public override async Task<GetAgentResponse> GetAgent(GetAgentRequest request, ServerCallContext context) =>
        new() { Agent = await agents.Of(context.Tenant()).GetAsync(request.Id, context.CancellationToken) };

    public override async Task<ListAgentsResponse> ListAgents(ListAgentsRequest request, ServerCallContext context)
    {
        Condition?[] filters =
        [
            Filters.Operator(request.OperatorId),
            Filters.Word("agent_type", request.AgentType, type => Values.Upper(type, "agent_type")),
            Filters.Word("status", request.Status, status => Values.Upper(status, "status")),
            Filters.Source(request.Source),
        ];
        var (page, next) = await agents.Of(context.Tenant()).ListAsync(request.PageSize, request.PageToken, filters, context.CancellationToken);
        return new ListAgentsResponse { Agents = { page }, NextPageToken = next };
    }

    public override async Task<UpdateAgentResponse> UpdateAgent(UpdateAgentRequest request, ServerCallContext context) =>
        new() { Agent = await agents.Of(context.Tenant()).UpdateAsync(request.Agent, request.UpdateMask, context.CancellationToken) };

    public override async Task<DeleteAgentResponse> DeleteAgent(DeleteAgentRequest request, ServerCallContext context)
    {
        await agents.Of(context.Tenant()).DeleteAsync(request.Id, context.CancellationToken);
        return new DeleteAgentResponse();
    }

    public override async Task<ListAgentStatesResponse> ListAgentStates(ListAgentStatesRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var agent = await agents.Of(context.Tenant()).GetAsync(request.Id, context.CancellationToken);
        var page = await states.Of(context.Tenant()).PageAsync(Guid.Parse(agent.Id), PageToken.DecodeText(request.PageToken), size + 1, context.CancellationToken);
        return new ListAgentStatesResponse
        {
            States = { page.Take(size) },
            NextPageToken = page.Count > size ? PageToken.EncodeText($"{page[size - 1].Id}") : "",
        };
    }
}
