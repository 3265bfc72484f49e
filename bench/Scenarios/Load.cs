using System.Diagnostics;
using Pylon.Bench.Harness;

namespace Pylon.Bench.Scenarios;

/// <summary>Callers that each make one call after the other for a while.</summary>
internal static class Load
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    /// <param name="writers">How many at once.</param>
    /// <param name="call">The nth of a writer; gives how often it had to begin again.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<Work> RunAsync(int writers, Func<int, int, Task<int>> call, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var each = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(
            async () =>
            {
                var (took, again) = (new List<double>(), 0L);
                for (var n = 0; Stopwatch.GetElapsedTime(start) < Round; n++)
                {
                    var began = Stopwatch.GetTimestamp();
                    again += await call(writer, n);
                    took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                return (Took: took, Again: again);
            },
            cancellationToken)));
        var sorted = each.SelectMany(e => e.Took).Order().ToArray();
        return new Work(sorted.Length)
        {
            More = new Dictionary<string, double>
            {
                ["p50 ms"] = sorted[sorted.Length / 2],
                ["p99 ms"] = sorted[sorted.Length * 99 / 100],
                ["conflicts each"] = each.Sum(e => e.Again) / (double)sorted.Length,
            },
        };
    }
}
