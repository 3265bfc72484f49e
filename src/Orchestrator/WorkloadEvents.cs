using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;
using Pylon.Events.V1;

namespace Pylon.Orchestrator;

/// <summary>Writes an event of a workload into the outbox, in the transaction of the change that it tells of.</summary>
internal static class WorkloadEvents
{
    private const string Insert = "INSERT INTO outbox (topic, type, subject, payload) VALUES ('workloads', $1, $2, $3)";
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    /// <param name="workloadId">What it is about.</param>
    /// <param name="data">An event with only its data set.</param>
    public static NpgsqlBatchCommand Append(Guid workloadId, Event data) => new(Insert)
    {
        Parameters =
        {
            new() { Value = TypeOf(data) },
            new() { Value = workloadId.ToString() },
            new() { Value = Format(data), NpgsqlDbType = NpgsqlDbType.Jsonb },
        },
    };

    public static string Format(Event data) => Formatter.Format(data);

    /// <summary>The type is the name of the data: workload_step_completed is pylon.workload.step_completed.v1.</summary>
    public static string TypeOf(Event data)
    {
        var name = Event.Descriptor.FindFieldByNumber((int)data.DataCase).Name;
        return $"pylon.{name.Replace("workload_", "workload.", StringComparison.Ordinal)}.v1";
    }
}
