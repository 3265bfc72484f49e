namespace Pylon.Cli.Client;

/// <summary>A workload of the REST API (pylon.orchestrator.v1.Workload in proto3 JSON).</summary>
internal sealed record Workload
{
    private const string StatusPrefix = "WORKLOAD_STATUS_";

    public string Id { get; init; } = "";

    public string WorkloadName { get; init; } = "";

    public string WorkloadType { get; init; } = "";

    public string Status { get; init; } = "";

    public IReadOnlyList<Recommendation> Recommendations { get; init; } = [];

    public int ChosenOption { get; init; }

    public string Summary { get; init; } = "";

    public int Attempts { get; init; }

    public string FailureReason { get; init; } = "";

    public string Pipeline { get; init; } = "";

    /// <summary>Its batch run; null before it is scheduled.</summary>
    public Run? Run { get; init; }

    public DateTimeOffset? SubmittedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The status without its prefix: <c>pending_user_choice</c>.</summary>
    public string State => Status.StartsWith(StatusPrefix, StringComparison.Ordinal) ? Status[StatusPrefix.Length..].ToLowerInvariant() : Status;

    public bool WaitsForChoice => State == "pending_user_choice";

    /// <summary>True when its bookings change only if the user asks for it.</summary>
    public bool IsSettled => State is "scheduled" or "failed" or "cancelled";

    /// <summary>True when its phases have ended as well.</summary>
    public bool IsOver => IsSettled && (State != "scheduled" || Run is not { IsOver: false });
}

/// <summary>A batch run: a scheduled workload going through the phases of its pipeline.</summary>
internal sealed record Run
{
    private const string StatePrefix = "RUN_STATE_";

    public string Pipeline { get; init; } = "";

    public string State { get; init; } = "";

    public IReadOnlyList<PhaseRun> Phases { get; init; } = [];

    public string FailureReason { get; init; } = "";

    public DateTimeOffset? UpdatedAt { get; init; }

    public string Name => State.Replace(StatePrefix, "", StringComparison.Ordinal).ToLowerInvariant();

    public bool IsOver => Name is "completed" or "failed" or "cancelled";

    /// <summary>In a line: <c>compute_training running: prepare ✓  train 2/4  evaluate –  publish –</c>.</summary>
    public string Line()
    {
        var line = $"{Pipeline} {Name}";
        if (Phases.Count > 0)
            line += ": " + string.Join("  ", Phases.Select(one => $"{one.Phase} {one.Progress}"));
        return FailureReason.Length > 0 ? $"{line}  ({FailureReason})" : line;
    }
}

internal sealed record PhaseRun
{
    private const string StatePrefix = "PHASE_RUN_STATE_";

    public string Phase { get; init; } = "";

    public string State { get; init; } = "";

    public long Completed { get; init; }

    public long Failed { get; init; }

    public long Total { get; init; }

    public string Progress => State.Replace(StatePrefix, "", StringComparison.Ordinal) switch
    {
        "COMPLETED" => "✓",
        "SKIPPED" => "skipped",
        "FAILED" => "✗",
        "RUNNING" => $"{Completed}/{Total}" + (Failed > 0 ? $" ({Failed} failed)" : ""),
        _ => "–",
    };
}

internal sealed record Recommendation
{
    private const string SourcePrefix = "RECOMMENDATION_SOURCE_";
    private const string BookingPrefix = "BOOKING_STATE_";

    public int Rank { get; init; }

    public string GridZoneId { get; init; } = "";

    public string GridZoneCode { get; init; } = "";

    public string ZoneName { get; init; } = "";

    public string Locality { get; init; } = "";

    public string Region { get; init; } = "";

    public double RenewableMixPercent { get; init; }

    public double? CarbonIntensityGco2Kwh { get; init; }

    public Window? Window { get; init; }

    public double Score { get; init; }

    public string Source { get; init; } = "";

    public bool Synthetic { get; init; }

    public bool WindowExpired { get; init; }

    public string BookingState { get; init; } = "";

    /// <summary>Where the figures come from: <c>beckn</c>, <c>grid</c>, <c>grid, synthetic</c>.</summary>
    public string Origin => Source.Replace(SourcePrefix, "", StringComparison.Ordinal).ToLowerInvariant() + (Synthetic ? ", synthetic" : "");

    public string Booking => BookingState.Replace(BookingPrefix, "", StringComparison.Ordinal).ToLowerInvariant();
}

internal sealed record Window
{
    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }
}

/// <summary>The request that queues a workload.</summary>
internal sealed record Submission
{
    public required string RequestId { get; init; }

    public required string WorkloadName { get; init; }

    public string? WorkloadType { get; init; }

    public int? RequiredGpuMins { get; init; }

    public double? CarbonCapGco2 { get; init; }

    public double? MaxPriceGbp { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    public string? UserEmail { get; init; }

    public string? Pipeline { get; init; }
}

internal sealed record WorkloadAnswer(Workload Workload);

internal sealed record WorkloadsAnswer(IReadOnlyList<Workload>? Workloads, string? NextPageToken);

internal sealed record Choice(int Option, string RequestId);

/// <summary>RFC 9457, with the reason of google.rpc.ErrorInfo.</summary>
internal sealed record Problem(string? Title, string? Detail, string? Reason);
