using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Orchestrator.Constraints;
using Pylon.Orchestrator.Planning;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Rpc;
using Option = Pylon.Orchestrator.Workloads.Option;
using Place = Pylon.Orchestrator.Constraints.Place;

namespace Pylon.Orchestrator.Shifts;

/// <summary>What a shift makes of an option. Pure.</summary>
internal static class ShiftRules
{
    public static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    /// <summary>A forecast reaches no further.</summary>
    public static readonly TimeSpan Furthest = TimeSpan.FromDays(7);

    /// <summary>How long the work takes, in whole half hours: its GPU minutes, else the window of its option, else what is assumed.</summary>
    public static TimeSpan DurationOf(WorkloadRecord workload, Window? window, ConstraintOptions options)
    {
        var told = workload.RequiredGpuMins is { } minutes ? TimeSpan.FromMinutes(minutes)
            : window is { StartTime: { } start, EndTime: { } end } && end > start ? (end - start).ToTimeSpan()
            : TimeSpan.FromMinutes(options.DefaultGpuMins);
        return HalfHour * Math.Ceiling(told / HalfHour);
    }

    /// <summary>What a shift may do with a workload; null when its option cannot be read.</summary>
    public static ShiftableWorkload? Shiftable(WorkloadRecord workload, IEnumerable<Option> places, ConstraintOptions options)
    {
        var known = places.Select(p => p.Recommendation).ToList();
        if (known.FirstOrDefault(r => r.Rank == (workload.ChosenOption ?? 1)) is not { Window: not null } now)
            return null;
        var duration = DurationOf(workload, now.Window, options);
        return new ShiftableWorkload
        {
            Id = workload.Id.ToString(),
            WorkloadName = workload.Name,
            Option = now.Rank,
            Window = now.Window,
            Duration = duration.ToDuration(),
            EnergyKwh = now.EnergyKwh,
            EnergyBasis = now.EnergyBasis,
            LatestStart = LatestStart(workload, duration, options)?.ToTimestamp(),
            Places = { known.Where(r => r.HasRegionId).Select(r => new ShiftPlace { Option = r.Rank, RegionId = r.RegionId }) },
        };
    }

    /// <summary>The latest start that the deadline and the longest delay allow; null when nothing limits it.</summary>
    public static DateTimeOffset? LatestStart(WorkloadRecord workload, TimeSpan duration, ConstraintOptions options)
    {
        var delay = workload.DeferralWindowMins is { } minutes ? TimeSpan.FromMinutes(minutes) : options.DelayOf(workload.Urgency);
        return new[] { workload.Deadline - duration, workload.SubmittedAt + delay }.Min();
    }

    /// <summary>The first half hour that has not ended, or a later one within seven days.</summary>
    public static DateTimeOffset Start(Timestamp? start, DateTimeOffset now)
    {
        var time = Times.Required(start, "start_time");
        return time.Ticks % HalfHour.Ticks == 0 && time > now - HalfHour && time <= now + Furthest
            ? time
            : throw Refusal.InvalidArgument("start_time", "must be a half hour (:00 or :30 UTC), the current one or later, at most 7 days ahead").AsException();
    }

    /// <summary>The option at another time. Grid data say so: nobody books it, and it has no price.</summary>
    /// <param name="before">The option as it is.</param>
    /// <param name="window">When the work is to run.</param>
    /// <param name="regionId">The region that its zone lies in.</param>
    /// <param name="points">The carbon intensity of the region in each half hour of the window.</param>
    /// <param name="limits">Of the workload.</param>
    public static Recommendation Moved(Recommendation before, Window window, int regionId, IReadOnlyList<Ingestion.V1.GridPoint> points, Limits limits)
    {
        var intensity = points.Average(p => p.Value);
        var moved = before.Clone();
        moved.Window = window;
        moved.RegionId = regionId;
        moved.CarbonIntensityGco2Kwh = intensity;
        moved.Score = before.RenewableMixPercent - (intensity / 10);
        moved.Source = RecommendationSource.Grid;
        moved.Synthetic = points.Any(p => p.Synthetic);
        moved.Note = $"Moved by a shift{(before.Window is null ? "" : $" from {before.Window.StartTime.ToDateTime():yyyy-MM-dd HH:mm} UTC")}; its renewable mix is that of the option before.";
        moved.OrderId = "";
        moved.ItemId = "";
        moved.ProviderId = "";
        moved.BookingState = BookingState.None;
        moved.WindowExpired = false;
        moved.Price = null;
        moved.ClearAvailableCapacityMw();
        moved.ClearExpectedPriceGbp();
        Judgement.Explain(moved, limits);
        return moved;
    }

    /// <summary>True when the option is there already, as a shift would make it.</summary>
    public static bool IsThere(Recommendation option, Window window) =>
        option.Source == RecommendationSource.Grid && option.OrderId.Length == 0 && window.Equals(option.Window);

    /// <summary>Why the limits do not allow the option; null when they do.</summary>
    public static Refusal? Against(Limits limits, Recommendation moved, DateTimeOffset now)
    {
        // The whole window has to be in time, as with an offer.
        var place = new Place(
            moved.GridZoneCode, moved.RenewableMixPercent, moved.CarbonIntensityGco2Kwh, moved.Window, moved.Price, CapacityMw: null, IsBooked: true);
        if (Judgement.Broken(limits, place, now).FirstOrDefault() is not { Reason: { } reason } broken)
            return null;
        var constraint = JsonNamingPolicy.SnakeCaseUpper.ConvertName(broken.Constraint.ToString());
        return Refusal.FailedPrecondition("CONSTRAINT_BROKEN", $"the shift breaks the constraint {constraint}: {reason}") with
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["constraint"] = constraint },
        };
    }
}
