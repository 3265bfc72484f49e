using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Constraints;
using Pylon.Orchestrator.Outcomes;
using Pylon.Orchestrator.Planning;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;
using Option = Pylon.Orchestrator.Workloads.Option;
using Status = Pylon.Orchestrator.Workloads.Status;

namespace Pylon.Orchestrator.Shifts;

/// <summary>Moves work that has not begun to another time, at the place of one of its options.</summary>
internal sealed class Shifting(
    WorkloadStore workloads, ConstraintStore constraints, ShiftStore store, GridSignals signals, GridService.GridServiceClient grid, IOptions<ConstraintOptions> options, TimeProvider time)
{
    private static readonly TimeSpan CallBound = TimeSpan.FromSeconds(10);

    /// <summary>For the workloads of one operator.</summary>
    public Shifting Of(Tenant tenant) => new(workloads.Of(tenant), constraints.Of(tenant), store.Of(tenant), signals, grid, options, time);

    /// <summary>What may be shifted in these regions, or of this data centre; see the contract.</summary>
    public async Task<ListShiftableWorkloadsResponse> ListAsync(
        short[] regions, Guid? hostDcId, Duration? horizon, int atMost, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var until = horizon is null ? TimeSpan.FromHours(48) : Times.Length(horizon, "horizon");
        if (until < ShiftRules.HalfHour || until > ShiftRules.Furthest)
            throw Refusal.InvalidArgument("horizon", "must be from 30 minutes to 7 days").AsException();
        var found = await store.ShiftableAsync(regions, hostDcId, now, now + until, atMost + 1, cancellationToken);
        var places = await workloads.OptionsOfAsync([.. found.Select(w => w.Id)], cancellationToken);
        var response = new ListShiftableWorkloadsResponse { More = found.Count > atMost };
        response.Workloads.AddRange(found.Take(atMost).Select(w => ShiftRules.Shiftable(w, places[w.Id], options.Value)).OfType<ShiftableWorkload>());
        return response;
    }

    /// <summary>Returns when the shift is stored, or was there already; a refusal says why it cannot be.</summary>
    /// <param name="workload">As it is.</param>
    /// <param name="rank">The option whose place it runs at, 1 to 3.</param>
    /// <param name="start">When it begins.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task ShiftAsync(WorkloadRecord workload, int rank, Timestamp? start, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var begin = ShiftRules.Start(start, now);
        var option = (await workloads.OptionsOfAsync(workload.Id, cancellationToken)).FirstOrDefault(o => o.Recommendation.Rank == rank);
        if (option is null || workload.Status is not (Status.PendingUserChoice or Status.Scheduled or Status.Choosing))
            throw NothingToShift(workload);

        var before = option.Recommendation;
        var window = new Window
        {
            StartTime = begin.ToTimestamp(),
            EndTime = (begin + ShiftRules.DurationOf(workload, before.Window, options.Value)).ToTimestamp(),
        };
        if (workload.ChosenOption == rank && ShiftRules.IsThere(before, window))
            return;
        if (workload.Status == Status.Choosing)
            throw NothingToShift(workload);

        var limits = Limits.Of(workload, await constraints.FindAsync(workload.Id, cancellationToken), options.Value);
        var moved = await MovedAsync(option, window, limits, cancellationToken);
        if (ShiftRules.Against(limits, moved, now) is { } broken)
            throw broken.AsException();
        if (!await store.ShiftAsync(workload, moved, before.Window, cancellationToken) && !await IsThereAsync(workload.Id, rank, window, cancellationToken))
            throw Refusal.FailedPrecondition("WORK_BEGUN", "the workload has begun, or another call changed it: read it again").AsException();
    }

    /// <summary>True when another call made the same shift meanwhile.</summary>
    private async Task<bool> IsThereAsync(Guid id, int rank, Window window, CancellationToken cancellationToken) =>
        (await workloads.FindAsync(id, cancellationToken))?.ChosenOption == rank
        && (await workloads.OptionsOfAsync(id, cancellationToken)).Any(o => o.Recommendation.Rank == rank && ShiftRules.IsThere(o.Recommendation, window));

    private static RefusalException NothingToShift(WorkloadRecord workload) =>
        Refusal.FailedPrecondition("NOTHING_TO_SHIFT", $"the workload is {workload.Status}: it must be pending_user_choice or scheduled to be shifted").AsException();

    private async Task<Recommendation> MovedAsync(Option option, Window window, Limits limits, CancellationToken cancellationToken)
    {
        var region = await signals.RegionOfAsync(option.Recommendation, cancellationToken)
            ?? throw Refusal.FailedPrecondition("REGION_UNKNOWN", $"option {option.Recommendation.Rank}: the carbon intensity of its zone has no forecast").AsException();
        var length = (window.EndTime - window.StartTime).ToTimeSpan();
        var request = new GetForecastRequest
        {
            Series = GridSeries.CarbonIntensity,
            StartTime = window.StartTime,
            Hours = (int)Math.Ceiling(length.TotalHours),
        };
        if (region is >= 1 and <= 17)
            request.RegionId = region;
        var forecast = await grid.GetForecastAsync(request, deadline: (time.GetUtcNow() + CallBound).UtcDateTime, cancellationToken: cancellationToken);
        var points = forecast.Points.Where(p => p.Window is { } at && at.StartTime >= window.StartTime && at.StartTime < window.EndTime).ToList();
        return points.Count == (int)(length / ShiftRules.HalfHour)
            ? ShiftRules.Moved(option.Recommendation, window, region, points, limits)
            : throw Refusal.FailedPrecondition("FORECAST_MISSING", "the carbon intensity of the whole window must have a forecast").AsException();
    }
}
