using System.Globalization;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Registry;

/// <summary>What agents did; a trigger writes it.</summary>
internal sealed class AgentStateStore(TenantDatabase database)
{
    private const string Page =
        """
        SELECT id, status, state_data, triggered_by, recorded_at FROM agent_states
        WHERE agent_id = $1 AND id < $2 AND EXISTS (SELECT FROM agents a WHERE a.id = agent_states.agent_id AND is_of(a.operator_id, $4))
        ORDER BY id DESC
        LIMIT $3
        """;

    /// <summary>Of one operator's agents.</summary>
    public AgentStateStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>Newest first, those before <paramref name="before"/>.</summary>
    public Task<List<AgentState>> PageAsync(Guid agent, string? before, int atMost, CancellationToken cancellationToken) =>
        database.ListAsync(
            Page,
            row => new AgentState
            {
                Id = row.GetInt64(0),
                Status = row.Word<AgentStatus>(1),
                StateData = row.Json(2),
                TriggeredBy = row.Text(3),
                RecordedAt = row.Time(4),
            },
            cancellationToken,
            agent,
            Number(before),
            atMost,
            database.Tenant.Parameter);

    private static long Number(string? before) => before is null ? long.MaxValue
        : long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
        : throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();
}
