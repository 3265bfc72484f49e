using System.Runtime.CompilerServices;

namespace Pylon.Testing;

/// <summary>Waits that end: a test whose event never comes fails, and says what it waited for.</summary>
public static class Bounded
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(20);

    /// <summary>The result of the task; throws <see cref="TimeoutException"/> when it does not come in time.</summary>
    public static async Task<T> Within<T>(this Task<T> task, TimeSpan? limit = null, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await ((Task)task).Within(limit, what);
        return await task;
    }

    /// <inheritdoc cref="Within{T}(Task{T}, TimeSpan?, string)"/>
    public static async Task Within(this Task task, TimeSpan? limit = null, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        ArgumentNullException.ThrowIfNull(task);
        var bound = limit ?? DefaultLimit;
        try
        {
            await task.WaitAsync(bound);
        }
        catch (TimeoutException e) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Not within {bound.TotalSeconds:0.#} s: {what}", e);
        }
    }
}
