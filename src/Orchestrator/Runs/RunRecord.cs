using Google.Protobuf;
using Npgsql;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Runs;

/// <summary>A row of workload_runs.</summary>
internal sealed record RunRecord
{
    public const string Requested = "requested";
    public const string Running = "running";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>The columns that <see cref="Read"/> expects, in its order.</summary>
    public const string Columns =
        """
        r.workload_id, r.pipeline, r.correlation_id, r.state, r.progress, r.attempts, r.failure_reason, r.lease_owner,
        r.requested_at, r.defined_at, r.ended_at, r.updated_at
        """;

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public required Guid WorkloadId { get; init; }
    public required string Pipeline { get; init; }
    public required string CorrelationId { get; init; }
    public string State { get; init; } = Requested;

    /// <summary>In the order in which they run; before the Conductor has answered, in that in which they were heard of.</summary>
    public IReadOnlyList<PhaseRun> Phases { get; init; } = [];
    public int Attempts { get; init; }
    public string? FailureReason { get; init; }
    public Guid? LeaseOwner { get; init; }
    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>When the Conductor answered.</summary>
    public DateTimeOffset? DefinedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>To be looked after in so much time; null leaves that as it is.</summary>
    public TimeSpan? DueIn { get; init; }

    public bool IsOver => State is Completed or Failed or Cancelled;

    public static RunRecord Read(NpgsqlDataReader row) => new()
    {
        WorkloadId = row.GetGuid(0),
        Pipeline = row.GetString(1),
        CorrelationId = row.GetString(2),
        State = row.GetString(3),
        Phases = Parser.Parse<Run>(row.GetString(4)).Phases,
        Attempts = row.GetInt32(5),
        FailureReason = row.IsDBNull(6) ? null : row.GetString(6),
        LeaseOwner = row.IsDBNull(7) ? null : row.GetGuid(7),
        RequestedAt = row.GetFieldValue<DateTimeOffset>(8),
        DefinedAt = row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
        EndedAt = row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(11),
    };

    /// <summary>What the column progress holds.</summary>
    public string Progress() => JsonFormatter.Default.Format(new Run { Phases = { Phases } });
}
