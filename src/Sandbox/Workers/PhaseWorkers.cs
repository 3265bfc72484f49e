using Pylon.Sandbox.Faults;

namespace Pylon.Sandbox.Workers;

/// <summary>
/// Simulates the workers that run the phases of a workload. Nothing is computed: a part of a phase takes its configured
/// time and is reported. They work only on batches of workloads, and only while the workload is scheduled.
/// </summary>
internal sealed class PhaseWorkers(PylonClient pylon, WorkerPool pool, TimeProvider time, ILogger<PhaseWorkers> log) : BackgroundService
{
    private const int Workers = 16;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var record in pool.Waiting.ReadAllAsync(cancellationToken))
            {
                try
                {
                    record.State = await RunAsync(record, cancellationToken);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    record.State = e.Message;
                    log.JobFailed(e, record.Job.BatchId);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The next process continues with the remaining phases.
        }
    }

    /// <summary>Returns the final state of the job.</summary>
    private async Task<string> RunAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var job = record.Job;
        IReadOnlyList<Report> held = [];
        var (parts, complete) = await pylon.BatchAsync(job.BatchId, cancellationToken);
        foreach (var phase in job.Phases.Where(phase => !complete.Contains(phase)))
        {
            await pool.WhenNotPausedAsync(cancellationToken);
            if (!await pylon.IsScheduledAsync(job.BatchId, cancellationToken))
                return "the workload is not scheduled";
            record.Phase = phase;
            var faults = pool.Faults.Take(phase, job.BatchId, _ => true);
            if (faults.TryGetValue(WorkerFaults.Delay, out var delay))
                await Task.Delay(delay.Delay, time, cancellationToken);
            if (faults.ContainsKey(WorkerFaults.FailPhase))
            {
                await SendAsync(record, [new Report(job.BatchId, phase, "", Succeeded: false, job.CorrelationId)], cancellationToken);
                return $"failed in {phase}";
            }

            var late = await RunPhaseAsync(record, phase, parts, faults, cancellationToken);
            await SendAsync(record, held, cancellationToken);
            held = late;
        }

        await SendAsync(record, held, cancellationToken);
        return JobRecord.Done;
    }

    /// <summary>Returns the reports to send late.</summary>
    private async Task<IReadOnlyList<Report>> RunPhaseAsync(
        JobRecord record, string phase, int parts, IReadOnlyDictionary<string, Fault> faults, CancellationToken cancellationToken)
    {
        var late = new List<Report>();
        for (var n = 1; n <= parts; n++)
        {
            var began = time.GetUtcNow();
            await Task.Delay(pool.PartDuration, time, cancellationToken);
            await pool.WhenNotPausedAsync(cancellationToken);
            var done = new Report(record.Job.BatchId, phase, $"part-{n}", Succeeded: true, record.Job.CorrelationId) { Work = (pool.PartKwh, began, time.GetUtcNow()) };
            // A part that fails is repeated.
            if (n == 1 && faults.ContainsKey(WorkerFaults.FailPart))
                await SendAsync(record, [done with { Succeeded = false }], cancellationToken);
            if (faults.ContainsKey(WorkerFaults.LateReports))
                late.Insert(0, done);
            else
                await SendAsync(record, faults.ContainsKey(WorkerFaults.DuplicateReports) ? [done, done] : [done], cancellationToken);
        }

        return late;
    }

    private async Task SendAsync(JobRecord record, IReadOnlyList<Report> reports, CancellationToken cancellationToken)
    {
        foreach (var report in reports)
            record.Reported(report, await pylon.SendAsync(report, cancellationToken));
    }
}
