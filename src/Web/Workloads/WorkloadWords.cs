using Pylon.Common.V1;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.V1;
using Pylon.Web.Words;

namespace Pylon.Web.Workloads;

/// <summary>States of workloads, runs and bookings in words.</summary>
internal static class WorkloadWords
{
    /// <summary>The states that a list can be filtered by, with the names of the address.</summary>
    public static IReadOnlyList<(string Name, WorkloadStatus Status)> Filters { get; } =
    [
        ("choice", WorkloadStatus.PendingUserChoice), ("queued", WorkloadStatus.Queued), ("asking", WorkloadStatus.Processing), ("booking", WorkloadStatus.Choosing),
        ("scheduled", WorkloadStatus.Scheduled), ("failed", WorkloadStatus.Failed), ("cancelling", WorkloadStatus.Cancelling), ("cancelled", WorkloadStatus.Cancelled),
    ];

    public static Label Of(WorkloadStatus status) => status switch
    {
        WorkloadStatus.Queued => Label.Plain("Queued"),
        WorkloadStatus.Processing => Label.Plain("Asking providers"),
        WorkloadStatus.PendingUserChoice => Label.Wait("Waits for your choice"),
        WorkloadStatus.Choosing => Label.Plain("Booking"),
        WorkloadStatus.Scheduled => Label.Good("Scheduled"),
        WorkloadStatus.Failed => Label.Bad("Failed"),
        WorkloadStatus.Cancelling => Label.Plain("Being cancelled"),
        WorkloadStatus.Cancelled => Label.Plain("Cancelled"),
        _ => Label.Plain("Not known"),
    };

    /// <summary>Of a workload; when it is scheduled, of its run.</summary>
    public static Label Of(Workload workload) => workload is { Status: WorkloadStatus.Scheduled, Run: { } run } ? run.State switch
    {
        RunState.Requested => Label.Good("Scheduled"),
        RunState.Running => Label.Good("Running"),
        RunState.Completed => Label.Good("Completed"),
        RunState.Failed => Label.Bad("Run failed"),
        RunState.Cancelled => Label.Plain("Run cancelled"),
        _ => Of(workload.Status),
    }
    : Of(workload.Status);

    public static Label Of(PhaseRunState state) => state switch
    {
        PhaseRunState.Waiting => Label.Plain("Waits"),
        PhaseRunState.Running => Label.Wait("Running"),
        PhaseRunState.Completed => Label.Good("Completed"),
        PhaseRunState.Failed => Label.Bad("Failed"),
        PhaseRunState.Skipped => Label.Plain("Skipped: completed before"),
        _ => Label.Plain("Not known"),
    };

    public static Label Of(WorkPartState state) => state switch
    {
        WorkPartState.Waiting => Label.Plain("Waits"),
        WorkPartState.Ready => Label.Plain("Ready"),
        WorkPartState.Running => Label.Wait("Running"),
        WorkPartState.Completed => Label.Good("Completed"),
        WorkPartState.Failed => Label.Bad("Failed"),
        _ => Label.Plain("Not known"),
    };

    /// <summary>Why the last attempt failed, else the last line that the job wrote.</summary>
    public static string LastLine(WorkPart part) => part.Failure.Length > 0
        ? part.Failure
        : part.Output.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) is { } last ? last.Length <= 200 ? last : last[..199] + "…" : "";

    public static string Of(Urgency urgency) => urgency switch
    {
        Urgency.Low => "Low",
        Urgency.Medium => "Medium",
        Urgency.High => "High",
        Urgency.Critical => "Critical",
        _ => "–",
    };

    public static Label? Of(BookingState state) => state switch
    {
        BookingState.Pending => Label.Plain("Booking is on its way"),
        BookingState.Confirmed => Label.Good("Booked"),
        BookingState.Cancelled => Label.Plain("Booking cancelled"),
        _ => null,
    };

    public static string Of(EnergyBasis basis) => basis switch
    {
        EnergyBasis.Told => "as submitted",
        EnergyBasis.GpuMinutes => "assumed from the GPU minutes",
        EnergyBasis.Load => "assumed from the load",
        EnergyBasis.Default => "assumed: nothing was told",
        EnergyBasis.Reported => "measured",
        _ => "basis not known",
    };

    /// <summary>Where an option comes from.</summary>
    public static string Source(Recommendation option) => option.Source == RecommendationSource.Beckn
        ? $"Provider {option.ProviderId}"
        : "Grid data of Pylon; no provider can book it";

    /// <summary>The name of an option's place.</summary>
    public static string Place(Recommendation option) => option.ZoneName.Length > 0 ? option.ZoneName : option.GridZoneCode;

    public static string Step(string action) => action switch
    {
        "discover" => "Asked the providers what they have",
        "select" => "Selected an offer",
        "init" => "Prepared the order",
        "confirm" => "Confirmed the order",
        "cancel" => "Cancelled the order",
        _ => Say.Word(action),
    };

    /// <summary>The constraints of a workload, each in words.</summary>
    public static IEnumerable<string> Constraints(Workload workload, Clock clock)
    {
        if (workload.HasCarbonCapGco2)
            yield return $"at most {Say.Intensity(workload.CarbonCapGco2)}";
        if (workload.HasMaxTotalGco2)
            yield return $"at most {Say.Grams(workload.MaxTotalGco2)} in all";
        if (workload.HasMaxPriceGbp)
            yield return $"at most {Say.Pounds(workload.MaxPriceGbp)} for its energy";
        if (workload.Deadline is not null)
            yield return $"done by {clock.Minute(workload.Deadline)}";
        if (workload.HasDeferralWindowMins)
            yield return $"starts within {Say.Span(TimeSpan.FromMinutes(workload.DeferralWindowMins))}";
        else if (workload.Urgency != Urgency.Unspecified)
            yield return $"urgency {Of(workload.Urgency).ToLowerInvariant()}";
    }
}
