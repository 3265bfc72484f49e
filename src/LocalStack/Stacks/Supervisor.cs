using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Stacks;

/// <summary>
/// Keeps a stack running: a process that dies is started again, at its address and with its data, after a pause that grows
/// with each death. One that dies more than five times in a minute is given up; the others go on.
/// </summary>
internal sealed class Supervisor(RunningStack stack, IStackReporter reporter, TimeProvider time)
{
    private const int DeathsAllowed = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(stack.Processes.Select(process => KeepAsync(process, cancellationToken)));
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task KeepAsync(StackProcess process, CancellationToken cancellationToken)
    {
        var deaths = new Queue<DateTimeOffset>();
        try
        {
            var reason = await process.WaitForExitAsync(cancellationToken);
            while (true)
            {
                if (IsTooMany(deaths))
                {
                    reporter.Warn($"{process.Name} is given up, it died {deaths.Count} times in a minute: {reason}. Its log: {process.LogFile}");
                    process.Changed?.Invoke();
                    return;
                }

                reporter.Warn($"{process.Name} is gone ({reason}); starting it again");
                await Task.Delay(FirstPause * Math.Pow(2, deaths.Count - 1), time, cancellationToken);
                reason = await RestartAsync(process, cancellationToken) ?? await process.WaitForExitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // the stack is being stopped
        }
    }

    // Null when it is up again, else why it is not.
    private async Task<string?> RestartAsync(StackProcess process, CancellationToken cancellationToken)
    {
        try
        {
            await process.StartAgainAsync(cancellationToken);
            reporter.Note($"{process.Name} is back at {process.Address} (pid {process.Pid})");
            return null;
        }
        catch (StackException e)
        {
            return e.Message;
        }
    }

    private bool IsTooMany(Queue<DateTimeOffset> deaths)
    {
        var now = time.GetUtcNow();
        deaths.Enqueue(now);
        while (now - deaths.Peek() > Window)
            deaths.Dequeue();
        return deaths.Count > DeathsAllowed;
    }
}
