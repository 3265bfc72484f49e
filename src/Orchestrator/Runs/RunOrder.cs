using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Runs;

/// <summary>What workers may do for a workload: its job in the zone and window of the chosen option.</summary>
internal static class RunOrder
{
    /// <summary>
    /// The order as a run keeps it, without a revision. Work without a job is played by the Sandbox, which computes nothing and
    /// waits for no window.
    /// </summary>
    public static string Of(WorkloadRecord workload, Recommendation chosen)
    {
        var order = new WorkOrder();
        if (workload.Job is { } job)
        {
            (order.Job, order.Zone, order.NotBefore) = (job, chosen.GridZoneCode, chosen.Window?.StartTime);
            if (workload.JobParameters is { } parameters)
                order.Parameters.Add(parameters);
            if (workload is { AllowLate: false, Deadline: { } deadline })
                order.Deadline = deadline.ToTimestamp();
            // Until its steps are planned they are the whole window.
            if (workload.Interruptible && chosen.Window is { StartTime: { } start, EndTime: { } end } && start < end)
                order.Steps.Add(new PlannedStep { StartTime = start, EndTime = end });
        }

        return JsonFormatter.Default.Format(order);
    }

    /// <summary>The order of a run; the steps of an interruptible job are its window.</summary>
    public static WorkOrder Read(RunRecord run)
    {
        var order = run.Work.Clone();
        order.Revision = run.Revision;
        // A window that begins at or after the deadline was never offered; the deadline counts.
        if (order.NotBefore is not null && order.Deadline is not null && order.NotBefore >= order.Deadline)
            order.NotBefore = null;
        return order;
    }
}
