using System.Globalization;
using Pylon.Worker.Energy;
using Pylon.Worker.Jobs;

namespace Pylon.Worker.Processes;

/// <summary>How a run of a job ended.</summary>
/// <param name="Failure">exit code 3, signal 9, time limit 60 s, or why it was stopped; null when it completed.</param>
internal sealed record JobOutcome(string? Failure, DateTimeOffset StartedAt, DateTimeOffset EndedAt, JobEnergyUse Energy);

/// <summary>A stretch of time in which a job runs.</summary>
internal sealed record RunStep(DateTimeOffset Start, DateTimeOffset End);

/// <summary>
/// Runs a command to its end: within its time limit, which does not count while it is stopped, and only in its planned steps. At the
/// end of a step the group of the process is stopped (SIGSTOP), and continued with the next.
/// </summary>
internal sealed class JobRun(ProcessStart start, TimeSpan timeLimit, IReadOnlyList<RunStep> steps, EnergyMeter meter, TimeProvider time)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    // The longest that Task.Delay takes is some weeks; and a counter of power is read before it has gone round.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Run before the process is stopped at the end of a step; null for nothing.</summary>
    public Func<Task>? Checkpoint { get; init; }

    /// <summary>Ends it at once: SIGKILL.</summary>
    public CancellationToken Kill { get; init; }

    /// <param name="output">Takes what it writes.</param>
    /// <param name="cancellationToken">Ends it: SIGTERM, and SIGKILL when it does not end.</param>
    public async Task<JobOutcome> RunAsync(Action<ReadOnlyMemory<byte>> output, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Kill);
        await WaitForAsync(steps.Count > 0 ? steps[0].Start : DateTimeOffset.MinValue, either.Token);
        var (reading, began) = (meter.Begin(), time.GetUtcNow());
        var process = await RunningProcess.StartAsync(start, output);
        await using var killing = Kill.Register(() => process.Signal(CLibrary.SigKill));
        var why = await FollowToEndAsync(process, either.Token);
        var end = await process.End;
        // A child that has left the group may keep the output open.
        await Task.WhenAny(process.Reading, Task.Delay(OutputGrace, time, CancellationToken.None));
        var energy = meter.Since(reading, end.CpuTime);
        // One that ended by itself before the SIGKILL came, for example while this process was frozen, has ended as it says.
        var failure = Kill.IsCancellationRequested && end.ExitCode is not null ? Failure(end) : why ?? Failure(end);
        return new JobOutcome(failure, began, time.GetUtcNow(), energy);
    }

    private static string? Failure(ProcessEnd end) => end switch
    {
        { ExitCode: 0 } => null,
        { ExitCode: { } code } => string.Create(CultureInfo.InvariantCulture, $"exit code {code}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"signal {end.Signal}"),
    };

    /// <summary>Returns when the process has ended, or has been told to end, and why.</summary>
    private async Task<string?> FollowToEndAsync(RunningProcess process, CancellationToken cancellationToken)
    {
        try
        {
            var why = await FollowAsync(process, cancellationToken);
            if (why is not null && !process.End.IsCompleted)
                await EndAsync(process, Kill.IsCancellationRequested);
            return why;
        }
        catch
        {
            // Nobody follows it any more.
            process.Signal(CLibrary.SigKill);
            throw;
        }
    }

    /// <summary>Returns when the process has ended, or why it must.</summary>
    private async Task<string?> FollowAsync(RunningProcess process, CancellationToken cancellationToken)
    {
        var (ran, step, isStopped) = (TimeSpan.Zero, 0, false);
        while (true)
        {
            var now = time.GetUtcNow();
            while (step < steps.Count - 1 && now >= steps[step + 1].Start)
                step++;
            // Beyond its last step it runs to its end: the plan was too short.
            var pauses = steps.Count > 0 && step < steps.Count - 1 && now >= steps[step].End;
            if (pauses != isStopped)
            {
                if (pauses && Checkpoint is { } checkpoint)
                    await checkpoint();
                process.Signal(pauses ? CLibrary.SigStop : CLibrary.SigCont);
                isStopped = pauses;
            }

            var edge = pauses ? steps[step + 1].Start : step < steps.Count - 1 ? steps[step].End : DateTimeOffset.MaxValue;
            var wait = Least(edge - now, isStopped ? LongestPause : timeLimit - ran, LongestPause);
            var began = time.GetTimestamp();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var first = await Task.WhenAny(process.End, Task.Delay(wait, time, ended.Token));
            await ended.CancelAsync();
            if (first == process.End)
                return null;
            if (cancellationToken.IsCancellationRequested)
                return "stopped";
            if (!isStopped)
                ran += time.GetElapsedTime(began);
            if (ran >= timeLimit)
                return string.Create(CultureInfo.InvariantCulture, $"time limit {timeLimit.TotalSeconds} s");
            _ = meter.Begin();
        }
    }

    private async Task EndAsync(RunningProcess process, bool atOnce)
    {
        if (!atOnce)
        {
            process.Signal(CLibrary.SigTerm);
            process.Signal(CLibrary.SigCont);
            await Task.WhenAny(process.End, Task.Delay(Grace, time, CancellationToken.None));
        }

        process.Signal(CLibrary.SigKill);
    }

    private async Task WaitForAsync(DateTimeOffset begin, CancellationToken cancellationToken)
    {
        while (begin - time.GetUtcNow() is { Ticks: > 0 } left)
            await Task.Delay(Least(left, LongestPause), time, cancellationToken);
    }

    private static TimeSpan Least(params ReadOnlySpan<TimeSpan> times)
    {
        var least = times[0];
        foreach (var each in times)
            least = each < least ? each : least;
        return least > TimeSpan.FromMilliseconds(1) ? least : TimeSpan.FromMilliseconds(1);
    }
}
