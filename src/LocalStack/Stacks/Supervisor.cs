using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Stacks;

/// <summary>
/// Keeps a stack running: starts a process that ended again, at its address and with its data, after a pause that grows
/// each time. It gives up a process that ends more than five times in a minute; the others go on.
/// </summary>
internal sealed class Supervisor(RunningStack stack, IStackReporter reporter, TimeProvider time)
{
    private const int EndsAllowed = 5;
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
        var ends = new Queue<DateTimeOffset>();
        try
        {
            var reason = await process.WaitForExitAsync(cancellationToken);
            while (true)
            {
                if (IsTooMany(ends))
                {
                    reporter.Warn($"{process.Name} ended {ends.Count} times in a minute and stays down: {reason}. Its log: {process.LogFile}");
                    process.Changed?.Invoke();
                    return;
                }

                reporter.Warn($"{process.Name} ended ({reason}); starting it again");
                await Task.Delay(FirstPause * Math.Pow(2, ends.Count - 1), time, cancellationToken);
                reason = await RestartAsync(process, cancellationToken) ?? await process.WaitForExitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // the stack is being stopped
        }
    }

    // Null when it runs again, else why not.
    private async Task<string?> RestartAsync(StackProcess process, CancellationToken cancellationToken)
    {
        try
        {
            await process.StartAgainAsync(cancellationToken);
            reporter.Note($"{process.Name} runs again at {process.Address} (pid {process.Pid})");
            return null;
        }
        catch (StackException e)
        {
            return e.Message;
        }
    }

    private bool IsTooMany(Queue<DateTimeOffset> ends)
    {
        var now = time.GetUtcNow();
        ends.Enqueue(now);
        while (now - ends.Peek() > Window)
            ends.Dequeue();
        return ends.Count > EndsAllowed;
    }
}
