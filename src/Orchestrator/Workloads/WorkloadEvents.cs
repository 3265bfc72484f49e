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
    private static readonly RowStatement Insert = new(
        $"""
        INSERT INTO outbox (topic, type, subject, payload, traceparent, operator_id)
        SELECT '{Topic}', s.type, s.workload::text, s.payload, coalesce(s.traceparent, w.traceparent), w.operator_id
        FROM unnest($1, $2, $3, $4) s (workload, type, payload, traceparent) LEFT JOIN compute_workloads w ON w.id = s.workload
        """,
        NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Jsonb, NpgsqlDbType.Text);

    /// <summary>For a step.</summary>
    public static StatementRow Row(Guid workloadId, IMessage payload) =>
        Insert.Row(workloadId, Outbox.TypeOf(payload), Outbox.JsonOf(payload), Traceparent.Current);

    public static NpgsqlBatchCommand Append(Guid workloadId, IMessage payload) => Row(workloadId, payload).Command();
}
