namespace Pylon.Postgres;

public static class TaskWait
{
    /// <summary>
    /// Waits until the task ends, but no longer than <paramref name="atMost"/>; true when it ended. Unlike Task.WaitAsync it
    /// throws nothing, neither when the time is over, which is the usual case in an idle loop, nor what the task threw,
    /// nor when it is cancelled.
    /// </summary>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.IsCompleted)
            return true;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(task, Task.Delay(atMost, time, over.Token));
        // CancelAsync would wake one more thread for it.
        over.Cancel();
        return task.IsCompleted;
    }
}
