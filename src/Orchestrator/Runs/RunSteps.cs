using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.Planning;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Runs;

/// <summary>Plans when an interruptible job runs: the cleanest half hours of its window. Without a plan it runs through.</summary>
internal sealed class RunSteps(PlaceReader places, IOptions<PlanningOptions> options, TimeProvider time, ILogger<RunSteps> logger)
{
    // An order has 100 steps at most.
    private const int MostRestarts = 99;

    /// <summary>The order of a run with its steps.</summary>
    public async Task<WorkOrder> PlanAsync(RunRecord run, CancellationToken cancellationToken)
    {
        var order = RunOrder.Read(run);
        if (run.Minutes is not { } minutes || order.Steps is not [var window])
            return order;
        order.Steps.Clear();
        try
        {
            order.Steps.AddRange(await PlanAsync(order, window, TimeSpan.FromMinutes(minutes), cancellationToken));
        }
        catch (Exception e) when (e is RefusalException or RpcException && !cancellationToken.IsCancellationRequested)
        {
            logger.NotPlanned(run.WorkloadId, e.Message);
        }

        return order;
    }

    private async Task<IEnumerable<PlannedStep>> PlanAsync(WorkOrder order, PlannedStep window, TimeSpan length, CancellationToken cancellationToken)
    {
        var end = order.Deadline is { } deadline && deadline < window.EndTime ? deadline : window.EndTime;
        var read = await places.ReadAsync([new PlanPlace { GridZoneCode = order.Zone }], step: null, risk: 0, cancellationToken);
        var asked = new PlanJob
        {
            Duration = (read.Step * Math.Ceiling(length / read.Step)).ToDuration(),
            Interruptible = true,
            MaxRestarts = MostRestarts,
            Limits = new PlanLimits { Deadline = end },
        };
        // Of a window that is open the half hour that has begun counts.
        if (window.StartTime.ToDateTimeOffset() > time.GetUtcNow())
            asked.ArrivalTime = window.StartTime;
        var job = new JobReader(read, options.Value).Read(asked, "job", runnersUp: 0);
        var planned = JobPlanner.Plan(job, read, "job", cancellationToken);
        return new PlanAnswers(read, options.Value).Of(planned.Best, job).Pieces.Select(piece => new PlannedStep { StartTime = piece.Window.StartTime, EndTime = piece.Window.EndTime });
    }
}
