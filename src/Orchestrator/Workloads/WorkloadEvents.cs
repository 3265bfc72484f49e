using Google.Protobuf;
using Npgsql;
using Pylon.Messaging;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Writes an event of a workload into the outbox, in the transaction of the change.</summary>
internal static class WorkloadEvents
{
    public const string Topic = "workloads";

    public static NpgsqlBatchCommand Append(Guid workloadId, IMessage payload) => Outbox.Append(Topic, workloadId.ToString(), payload);
}
