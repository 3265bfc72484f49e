using Npgsql;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Objects;

internal sealed class Agents() : Kind<Agent>("agent", "agents", "agent_id")
{
    public override string Columns =>
        "id, agent_id, name, agent_type, operator_id, config, status, last_action_at, current_task, source, created_at, updated_at";

    public override IReadOnlyList<Rule<Agent>> Rules { get; } =
    [
        new("agent_id", m => Values.Name(m.AgentId, "agent_id", 100), isRequired: true),
        new("name", m => Values.Name(m.Name, "name"), isRequired: true),
        new("agent_type", m => Values.Upper(m.AgentType, "agent_type"), isRequired: true),
        new("operator_id", m => Field.Uuid(m.OperatorId, "operator_id")),
        new("config", m => Values.Json(m.Config, "config")),
        new("status", m => Values.Upper(m.Status, "status")),
        new("last_action_at", m => Values.Time(m.LastActionAt, "last_action_at")),
        new("current_task", m => Values.Text(m.CurrentTask, "current_task", 1000)),
    ];

    public override Agent Read(NpgsqlDataReader row) => new()
    {
        Id = row.Id(0),
        AgentId = row.Text(1),
        Name = row.Text(2),
        AgentType = row.Word<AgentType>(3),
        OperatorId = row.Id(4),
        Config = row.Json(5),
        Status = row.Word<AgentStatus>(6),
        LastActionAt = row.Time(7),
        CurrentTask = row.Text(8),
        Source = row.Source(9),
        CreatedAt = row.Time(10),
        UpdatedAt = row.Time(11),
    };

    public override string KeyOf(Agent message) => message.AgentId;

    public override string IdOf(Agent message) => message.Id;
}
