using System.Diagnostics;

namespace Pylon.Testing;

/// <summary>Waits for a condition that another thread or process will make true; no longer than the timeout.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Returns once the condition holds; throws <see cref="TimeoutException"/> when it does not in time.</summary>
    public static Task True(Func<Task<bool>> condition, TimeSpan? timeout = null, string? because = null) =>
        Is(condition, value => value, timeout, because);

    /// <inheritdoc cref="True(Func{Task{bool}}, TimeSpan?, string?)"/>
    public static Task True(Func<bool> condition, TimeSpan? timeout = null, string? because = null) =>
        True(() => Task.FromResult(condition()), timeout, because);

    /// <summary>Reads the value until it passes the test and returns it; the failure shows the last value read.</summary>
    public static async Task<T> Is<T>(Func<Task<T>> read, Func<T, bool> test, TimeSpan? timeout = null, string? because = null)
    {
        var limit = timeout ?? DefaultTimeout;
        var clock = Stopwatch.StartNew();
        while (true)
        {
            object? last;
            Exception? error = null;
            try
            {
                var value = await read();
                if (test(value))
                    return value;
                last = value;
            }
            catch (Exception e) when (clock.Elapsed <= limit)
            {
                // a server that is down for a moment is one of the things to wait for
                (last, error) = (e.Message, e);
            }

            if (clock.Elapsed > limit)
                throw new TimeoutException($"Not so within {limit.TotalSeconds:0.#} s{(because is null ? "" : $" ({because})")}; last seen: {last ?? "null"}", error);
            await Task.Delay(Pause);
        }
    }
}
