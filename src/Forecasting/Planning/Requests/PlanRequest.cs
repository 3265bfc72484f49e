namespace Pylon.Forecasting.Planning.Requests;

/// <summary>
/// A job that looks for a zone and steps. The candidate window is [begin, end): begin is the later of arrival and earliest
/// start; end is the earliest of begin + duration + slack, begin + duration + maximum delay, the deadline and the end of the
/// series. All times are steps of the series, which have the same start and step in every zone.
/// </summary>
public sealed record PlanRequest
{
    /// <summary>Most zones of a request.</summary>
    public const int MaxZones = 1_000;

    /// <summary>At least one, each with its own id.</summary>
    public required IReadOnlyList<PlanZone> Zones { get; init; }

    /// <summary>Steps of work, 1 or more.</summary>
    public required int Duration { get; init; }

    /// <summary>The first step that may be used, 0 or more.</summary>
    public int Arrival { get; init; }

    /// <summary>Steps by which the end may be later than without waiting; null for up to the deadline or the end of the series.</summary>
    public int? Slack { get; init; }

    public PlanShape Shape { get; init; } = PlanShape.Consecutive;

    /// <summary>Fewest steps of a run without interruption, for <see cref="PlanShape.Interruptible"/>; at most the duration.</summary>
    public int MinPiece { get; init; } = 1;

    /// <summary>Most restarts after an interruption; null for any number.</summary>
    public int? MaxRestarts { get; init; }

    /// <summary>
    /// What each restart costs: the energy that it needs, charged at the step at which it happens, in joules. 0 or more.
    /// </summary>
    public long RestartJoules { get; init; }

    /// <summary>What the job draws; in steps of the job, so it goes on where it stopped after an interruption.</summary>
    public required PowerProfile Power { get; init; }

    public PlanObjective Objective { get; init; } = new PlanObjective.Carbon();

    public PlanLimits Limits { get; init; } = new();

    /// <summary>How many zones after the best one are told; 0 or more.</summary>
    public int RunnersUp { get; init; } = 2;
}
