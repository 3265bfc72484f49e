using Google.Protobuf;
using Npgsql;
using Pylon.Messaging;
using Pylon.Postgres;

namespace Pylon.Orchestrator;

/// <summary>Writes an event of a workload into the outbox, in the transaction of the change that it tells of.</summary>
internal static class WorkloadEvents
{
    public const string Topic = "workloads";

    private const string Insert = "INSERT INTO outbox (topic, type, subject, payload) VALUES ($1, $2, $3, $4)";

    public static NpgsqlBatchCommand Append(Guid workloadId, IMessage payload) =>
        Sql.Statement(Insert, Topic, Outbox.TypeOf(payload), workloadId.ToString(), Sql.Json(Outbox.JsonOf(payload)));
}
