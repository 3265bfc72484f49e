using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;
using Pylon.Messaging;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Writes an event of a workload into the outbox, in the transaction of the change.</summary>
internal static class WorkloadEvents
{
    public const string Topic = "workloads";

    // Where nobody traces the change, the event is in the trace of the submission, when that was traced.
    private const string Insert =
        """
        INSERT INTO outbox (topic, type, subject, payload, traceparent)
        VALUES ($1, $2, $3, $4, coalesce($5, (SELECT traceparent FROM compute_workloads WHERE id = $6)))
        """;

    public static NpgsqlBatchCommand Append(Guid workloadId, IMessage payload) => Sql.Statement(
        Insert, Topic, Outbox.TypeOf(payload), workloadId.ToString(), Sql.Json(Outbox.JsonOf(payload)),
        new NpgsqlParameter { Value = (object?)Traceparent.Current ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, workloadId);
}
