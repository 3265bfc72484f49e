namespace Pylon.Cli.Client;

/// <summary>A workload of the REST API (pylon.orchestrator.v1.Workload in proto3 JSON).</summary>
/// <param name="Run">Its batch run; null before it is scheduled.</param>
internal sealed record Workload(
    string Id = "",
    string WorkloadName = "",
    string WorkloadType = "",
    string Status = "",
    int ChosenOption = 0,
    string Summary = "",
    int Attempts = 0,
    string FailureReason = "",
    string Pipeline = "",
    Run? Run = null,
    DateTimeOffset? SubmittedAt = null,
    DateTimeOffset? UpdatedAt = null,
    Infeasibility? Infeasibility = null,
    Outcome? Outcome = null)
{
    public IReadOnlyList<Recommendation> Recommendations { get; init; } = [];

    /// <summary>The status without its prefix: <c>pending_user_choice</c>.</summary>
    public string State => Names.Short(Status, "WORKLOAD_STATUS_");

    public bool WaitsForChoice => State == "pending_user_choice";

    /// <summary>True when its bookings change only if the user asks for it.</summary>
    public bool IsSettled => State is "scheduled" or "failed" or "cancelled";

    /// <summary>True when its phases have ended as well.</summary>
    public bool IsOver => IsSettled && (State != "scheduled" || Run is not { IsOver: false });
}

/// <summary>A batch run: a scheduled workload going through the phases of its pipeline.</summary>
internal sealed record Run(string Pipeline = "", string State = "", string FailureReason = "", DateTimeOffset? UpdatedAt = null)
{
    public IReadOnlyList<PhaseRun> Phases { get; init; } = [];

    public string Name => Names.Short(State, "RUN_STATE_");

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

internal sealed record PhaseRun(string Phase = "", string State = "", long Completed = 0, long Failed = 0, long Total = 0)
{
    public string Progress => Names.Short(State, "PHASE_RUN_STATE_") switch
    {
        "completed" => "✓",
        "skipped" => "skipped",
        "failed" => "✗",
        "running" => $"{Completed}/{Total}" + (Failed > 0 ? $" ({Failed} failed)" : ""),
        _ => "–",
    };
}

internal sealed record Recommendation(
    int Rank = 0,
    string GridZoneId = "",
    string GridZoneCode = "",
    string ZoneName = "",
    string Locality = "",
    string Region = "",
    double RenewableMixPercent = 0,
    double? CarbonIntensityGco2Kwh = null,
    Window? Window = null,
    double Score = 0,
    string Source = "",
    bool Synthetic = false,
    bool WindowExpired = false,
    string BookingState = "",
    double? EnergyKwh = null,
    string EnergyBasis = "",
    double? ExpectedPriceGbp = null,
    double? ExpectedGco2 = null)
{
    /// <summary>True when the energy is not what the submitter told.</summary>
    public bool IsAssumed => EnergyBasis is { Length: > 0 } and not "ENERGY_BASIS_TOLD";

    /// <summary>Where the figures come from: <c>beckn</c>, <c>grid</c>, <c>grid, synthetic</c>.</summary>
    public string Origin => Names.Short(Source, "RECOMMENDATION_SOURCE_") + (Synthetic ? ", synthetic" : "");

    public string Booking => Names.Short(BookingState, "BOOKING_STATE_");
}

internal sealed record Window(DateTimeOffset? StartTime, DateTimeOffset? EndTime);

/// <summary>The request that queues a workload.</summary>
internal sealed record Submission(
    string RequestId,
    string WorkloadName,
    string? WorkloadType = null,
    int? RequiredGpuMins = null,
    double? CarbonCapGco2 = null,
    double? MaxPriceGbp = null,
    DateTimeOffset? Deadline = null,
    string? UserEmail = null,
    string? Pipeline = null,
    string? Urgency = null,
    string? JobId = null,
    int? RequiredCpuCores = null,
    double? RequiredMemoryGb = null,
    double? EstimatedEnergyKwh = null,
    int? DeferralWindowMins = null,
    double? MaxTotalGco2 = null,
    double? ComputeLoadMw = null,
    string? OperatorId = null,
    string? HostDcId = null)
{
    /// <summary>True when it limits what may be offered. Not a property, which would be sent.</summary>
    public bool IsConstrained() =>
        CarbonCapGco2 is not null || MaxTotalGco2 is not null || MaxPriceGbp is not null || Deadline is not null || DeferralWindowMins is not null
        || Urgency is not null || ComputeLoadMw is not null;
}

/// <summary>Continues a failed workload, with new constraints where they are given.</summary>
internal sealed record Replay(
    string RequestId, double? CarbonCapGco2, double? MaxTotalGco2, double? MaxPriceGbp, DateTimeOffset? Deadline, int? DeferralWindowMins);

/// <summary>Why constraints leave too few options.</summary>
internal sealed record Infeasibility(string NextStep = "", int OptionsLeft = 0)
{
    public IReadOnlyList<Relaxation> Relaxations { get; init; } = [];
}

internal sealed record Relaxation(string Text = "");

/// <summary>What a workload really took, against starting at once.</summary>
internal sealed record Outcome(
    double EnergyKwh = 0,
    string EnergyBasis = "",
    double? CarbonGco2 = null,
    double? CostGbp = null,
    Baseline? Baseline = null,
    double? SavedGco2 = null,
    double? SavedGbp = null,
    double? SavedCarbonPercent = null,
    double? SavedCostPercent = null,
    string CostBasis = "")
{
    public IReadOnlyList<string> Estimated { get; init; } = [];
}

internal sealed record Baseline(DateTimeOffset? StartTime = null, int? RegionId = null, string Place = "", double? CarbonGco2 = null, double? CostGbp = null);

internal sealed record WorkloadAnswer(Workload Workload);

internal sealed record WorkloadsAnswer(IReadOnlyList<Workload>? Workloads, string? NextPageToken);

internal sealed record Choice(int Option, string RequestId);

/// <summary>RFC 9457, with the reason of google.rpc.ErrorInfo.</summary>
internal sealed record Problem(string? Title, string? Detail, string? Reason);

internal static class Names
{
    /// <summary>The value of an enum of the protos without its prefix; one without it is returned unchanged.</summary>
    public static string Short(string value, string prefix) =>
        value.StartsWith(prefix, StringComparison.Ordinal) ? value[prefix.Length..].ToLowerInvariant() : value;
}
