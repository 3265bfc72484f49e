using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Insights.Recommendations;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Shifts;

/// <summary>Makes proposals out of hotspots, and shifts out of chosen proposals, with the Orchestrator.</summary>
internal sealed class ShiftMaker(
    ShiftStore store,
    RecommendationDecisions decisions,
    WorkloadService.WorkloadServiceClient workloads,
    PlanningService.PlanningServiceClient planning,
    IOptions<ShiftOptions> options,
    TimeProvider time,
    ILogger<ShiftMaker> logger)
{
    /// <summary>One round over the work of a hotspot: what is worth a shift is proposed, what is not any more is withdrawn.</summary>
    /// <exception cref="RpcException">The Orchestrator does not answer.</exception>
    public async Task<ShiftRound> ProposeAsync(HotspotRow hotspot, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var waiting = await WaitingAsync(hotspot, cancellationToken);
        var open = await store.OpenAsync(hotspot.Id, options.Value.MaxWorkloads, cancellationToken);
        var asked = waiting
            .Select(w => (Workload: w, Open: open.GetValueOrDefault(Guid.Parse(w.Id))))
            .Select(w => (w.Workload, w.Open, Jobs: ShiftRules.Jobs(w.Workload, w.Open, now)))
            .ToList();
        var leftOut = new Dictionary<string, int>(StringComparer.Ordinal);
        void LeaveOut(string reason) => leftOut[reason] = leftOut.GetValueOrDefault(reason) + 1;
        foreach (var _ in asked.Where(a => a.Jobs.Count == 0))
            LeaveOut("its place lies in no known region");

        var planned = asked.Where(a => a.Jobs.Count > 0).ToList();
        var results = await PlanAsync(planned.SelectMany(a => a.Jobs), planned.SelectMany(a => a.Workload.Places).Select(p => p.RegionId).Distinct(), now, cancellationToken);
        var proposals = new List<Proposal>();
        var next = 0;
        foreach (var (workload, proposed, jobs) in planned)
        {
            var plans = results.GetRange(next, jobs.Count);
            next += jobs.Count;
            if (plans[0].Plan is not { } before || plans[1].Plan is not { } best)
            {
                LeaveOut((plans[0].Error ?? plans[1].Error).Message);
                continue;
            }

            var after = ShiftRules.Chosen(best, proposed, plans.ElementAtOrDefault(2)?.Plan, now);
            var (proposal, reason) = ShiftRules.Judge(workload, before, after, options.Value);
            if (proposal is null)
                LeaveOut(reason);
            else
                proposals.Add(proposal);
        }

        await store.ProposeAsync(hotspot.Id, proposals, cancellationToken);
        return new ShiftRound(waiting.Count, leftOut);
    }

    /// <summary>
    /// Moves the workload of a chosen proposal. Null when that is done; the reason when the Orchestrator refuses. When it does
    /// not answer the proposal stays as it is, and the next call goes on: the same shift is made once.
    /// </summary>
    /// <exception cref="RpcException">The Orchestrator does not answer.</exception>
    public async Task<string?> ShiftAsync(ProposalRow proposal, CancellationToken cancellationToken)
    {
        try
        {
            using var call = workloads.ShiftWorkloadAsync(
                new ShiftWorkloadRequest { Id = proposal.WorkloadId.ToString(), Option = proposal.Option, StartTime = proposal.StartTime.ToTimestamp() },
                deadline: Deadline(),
                cancellationToken: cancellationToken);
            await call;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.FailedPrecondition)
        {
            await store.RefusedAsync(proposal.Id, e.Status.Detail, cancellationToken);
            return e.Status.Detail;
        }

        // Before the end of the choice, so that it is not forgotten; one that is implemented already stays so.
        foreach (var id in await store.ApprovedAsync(proposal.HotspotId, cancellationToken))
            await decisions.ImplementAsync(id, proposal.DecidedBy, $"shift proposal {proposal.Id} was chosen", null, cancellationToken);
        await store.ChosenAsync(proposal, cancellationToken);
        logger.Shifted(proposal.WorkloadId, proposal.StartTime, proposal.Id);
        return null;
    }

    private async Task<IReadOnlyList<ShiftableWorkload>> WaitingAsync(HotspotRow hotspot, CancellationToken cancellationToken)
    {
        var request = new ListShiftableWorkloadsRequest
        {
            Horizon = options.Value.Horizon.ToDuration(),
            PageSize = options.Value.MaxWorkloads,
            HostDcId = hotspot.IsDataCentre ? hotspot.Entity : "",
            // A hotspot of an operator proposes shifts of that operator's work only.
            OperatorId = hotspot.OperatorId == Tenant.BuiltIn ? "" : $"{hotspot.OperatorId}",
        };
        if (hotspot.RegionId is { } region)
            request.RegionId.Add(region);
        try
        {
            return (await workloads.ListShiftableWorkloadsAsync(request, deadline: Deadline(), cancellationToken: cancellationToken)).Workloads;
        }
        catch (RpcException e) when (Refuses(e, "operator_id"))
        {
            // Events may tell any operator; one that the registry does not know has no work.
            return [];
        }
        catch (RpcException e) when (Refuses(e, "host_dc_id"))
        {
            // The registry does not know the data centre: no work names it.
            if (request.RegionId.Count == 0)
                return [];
            request.HostDcId = "";
            return (await workloads.ListShiftableWorkloadsAsync(request, deadline: Deadline(), cancellationToken: cancellationToken)).Workloads;
        }
    }

    private static bool Refuses(RpcException e, string field) => e.StatusCode == StatusCode.InvalidArgument && e.Violations().Any(violation => violation.Field == field);

    /// <summary>The results in the order of the jobs, from one call.</summary>
    private async Task<List<PlanBatchResult>> PlanAsync(
        IEnumerable<PlanJob> jobs, IEnumerable<int> regions, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var request = new PlanBatchRequest { Jobs = { jobs } };
        if (request.Jobs.Count == 0)
            return [];
        // Every series begins now, so that steps mean the same at all places.
        request.Places.AddRange(regions.Order().Select(region => new PlanPlace
        {
            Zone = ShiftRules.ZoneOf(region),
            RegionId = region,
            Carbon = new PlanSeries { Forecast = new PlanForecast { StartTime = ShiftRules.HalfHourOf(now).ToTimestamp(), Hours = 168, Gaps = PlanGaps.Fill } },
        }));
        using var call = planning.PlanBatch(deadline: Deadline(), cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(request, cancellationToken);
        await call.RequestStream.CompleteAsync();
        var results = new List<PlanBatchResult>(request.Jobs.Count);
        await foreach (var answer in call.ResponseStream.ReadAllAsync(cancellationToken))
            results.AddRange(answer.Results);
        return results;
    }

    private DateTime Deadline() => (time.GetUtcNow() + options.Value.CallBound).UtcDateTime;
}
