using Google.Protobuf;
using Pylon.Conductor.V1;
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

    /// <summary>The columns, named after the properties.</summary>
    public const string Columns =
        """
        r.workload_id, r.pipeline, r.correlation_id, r.state, r.progress, r.attempts, r.failure_reason, r.lease_owner,
        r.requested_at, r.defined_at, r.ended_at, r.updated_at, r.work::text AS work, r.parts, r.revision, r.withdraws
        """;

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public required Guid WorkloadId { get; init; }
    public required string Pipeline { get; init; }
    public required string CorrelationId { get; init; }
    public string State { get; init; } = Requested;

    /// <summary>In the order in which they run; before the Conductor answers, in the order of their first reports.</summary>
    public IReadOnlyList<PhaseRun> Phases { get; init; } = [];
    public int Attempts { get; init; }
    public string? FailureReason { get; init; }
    public Guid? LeaseOwner { get; init; }
    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>When the Conductor answered.</summary>
    public DateTimeOffset? DefinedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Without its revision.</summary>
    public WorkOrder Work { get; init; } = new();

    /// <summary>How long an interruptible job runs, in a claim; null for any other.</summary>
    public int? Minutes { get; init; }

    /// <summary>Of each phase; null for the default.</summary>
    public int? Parts { get; init; }

    /// <summary>Of the order.</summary>
    public long Revision { get; init; } = 1;

    /// <summary>The Conductor is to be told to hand out nothing of it any more.</summary>
    public bool Withdraws { get; init; }

    /// <summary>Of the workload's submission, in a claim; null when that was not traced.</summary>
    public string? Traceparent { get; init; }

    /// <summary>Of the workload, in a claim; null for none.</summary>
    public Guid? OperatorId { get; init; }

    /// <summary>When the Conductor is asked next, from now; null changes nothing.</summary>
    public TimeSpan? DueIn { get; init; }

    public bool IsOver => State is Completed or Failed or Cancelled;

    /// <summary>The phases as the column progress holds them.</summary>
    public string Progress
    {
        get => JsonFormatter.Default.Format(new Run { Phases = { Phases } });
        init => Phases = Parser.Parse<Run>(value).Phases;
    }
}
