using Pylon.Sandbox.Faults;

namespace Pylon.Sandbox.Workers;

/// <summary>
/// Plays the workers that run the phases of a workload and report them. Nothing is computed: a part of a phase takes its
/// time, and is reported. Only batches of workloads are theirs, and only while the workload is scheduled.
/// </summary>
internal sealed class PhaseWorkers(PylonFace pylon, Crew crew, TimeProvider time, ILogger<PhaseWorkers> log) : BackgroundService
{
    private const int Workers = 16;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Work(stoppingToken)));

    private async Task Work(CancellationToken stopping)
    {
        try
        {
            await foreach (var record in crew.Waiting.ReadAllAsync(stopping))
            {
                try
                {
                    record.State = await Run(record, stopping);
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    record.State = e.Message;
                    Log.JobFailed(log, record.Job.BatchId, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Who comes after us does what is left.
        }
    }

    /// <summary>How it ended.</summary>
    private async Task<string> Run(JobRecord record, CancellationToken cancellationToken)
    {
        var job = record.Job;
        IReadOnlyList<Report> held = [];
        var (parts, complete) = await pylon.Batch(job.BatchId, cancellationToken);
        foreach (var phase in job.Phases.Where(phase => !complete.Contains(phase)))
        {
            await crew.WhenNotPaused(cancellationToken);
            if (!await pylon.IsScheduled(job.BatchId, cancellationToken))
                return "no workload that is scheduled";
            record.Phase = phase;
            var faults = crew.Faults.Take(phase, job.BatchId, _ => true);
            if (faults.TryGetValue(WorkerFaults.Delay, out var delay))
                await Task.Delay(delay.Delay, time, cancellationToken);
            if (faults.ContainsKey(WorkerFaults.FailPhase))
            {
                await Send(record, [new Report(job.BatchId, phase, "", Succeeded: false, job.CorrelationId)], cancellationToken);
                return $"failed in {phase}";
            }

            var late = await RunPhase(record, phase, parts, faults, cancellationToken);
            await Send(record, held, cancellationToken);
            held = late;
        }

        await Send(record, held, cancellationToken);
        return JobRecord.Done;
    }

    /// <summary>Gives the reports that are to be made late.</summary>
    private async Task<IReadOnlyList<Report>> RunPhase(
        JobRecord record, string phase, int parts, IReadOnlyDictionary<string, Fault> faults, CancellationToken cancellationToken)
    {
        var late = new List<Report>();
        for (var n = 1; n <= parts; n++)
        {
            await Task.Delay(crew.PartDuration, time, cancellationToken);
            await crew.WhenNotPaused(cancellationToken);
            var done = new Report(record.Job.BatchId, phase, $"part-{n}", Succeeded: true, record.Job.CorrelationId);
            // A part that fails is done again.
            if (n == 1 && faults.ContainsKey(WorkerFaults.FailPart))
                await Send(record, [done with { Succeeded = false }], cancellationToken);
            if (faults.ContainsKey(WorkerFaults.LateReports))
                late.Insert(0, done);
            else
                await Send(record, faults.ContainsKey(WorkerFaults.DuplicateReports) ? [done, done] : [done], cancellationToken);
        }

        return late;
    }

    private async Task Send(JobRecord record, IReadOnlyList<Report> reports, CancellationToken cancellationToken)
    {
        foreach (var report in reports)
            record.Reported(report, await pylon.Send(report, cancellationToken));
    }
}
