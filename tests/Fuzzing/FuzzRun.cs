using System.Diagnostics;

namespace Pylon.Fuzzing;

/// <summary>What came of the inputs of one target.</summary>
public sealed record FuzzResult(FuzzTarget Target, long Inputs, TimeSpan Elapsed, long Failed, IReadOnlyList<FuzzFailure> Failures);

/// <summary>Gives a target its inputs. Input n of a seed is always the same, whatever the number of inputs.</summary>
public static class FuzzRun
{
    public const int DefaultSeed = 20261126;

    private const int MostKept = 10;

    // A reader that takes this long for one small input does not come back.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    /// <summary>Of PYLON_FUZZ_SEED.</summary>
    public static int Seed => int.TryParse(Environment.GetEnvironmentVariable("PYLON_FUZZ_SEED"), out var seed) ? seed : DefaultSeed;

    public static FuzzInput Input(FuzzTarget target, int seed, long index)
    {
        ArgumentNullException.ThrowIfNull(target);
        return target.Next(new Random(Mixed(target.Name, seed, index)));
    }

    /// <summary>Ends after so many inputs, or when one of them hangs.</summary>
    public static async Task<FuzzResult> RunAsync(FuzzTarget target, long inputs, int seed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var failures = new List<FuzzFailure>();
        var (at, failed, begun) = (0L, 0L, Stopwatch.GetTimestamp());
        var began = begun;
        var reading = Task.Factory.StartNew(Read, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1), cancellationToken)) != reading)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref begun)) < Hang)
                continue;
            var index = Volatile.Read(ref at);
            return new FuzzResult(
                target, index, Stopwatch.GetElapsedTime(began), 1, [new FuzzFailure(target.Name, seed, index, Input(target, seed, index), $"the reader takes more than {Hang.TotalSeconds} s")]);
        }

        await reading;
        return new FuzzResult(target, at, Stopwatch.GetElapsedTime(began), failed, failures);

        void Read()
        {
            for (; at < inputs && !cancellationToken.IsCancellationRequested; Volatile.Write(ref at, at + 1))
            {
                Volatile.Write(ref begun, Stopwatch.GetTimestamp());
                var input = Input(target, seed, at);
                try
                {
                    target.Read(input);
                }
                catch (Exception e)
                {
                    failed++;
                    if (failures.Count < MostKept)
                        failures.Add(new FuzzFailure(target.Name, seed, at, input, e.ToString()));
                }
            }
        }
    }

    // String.GetHashCode differs in every process.
    private static int Mixed(string name, int seed, long index)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in name)
            hash = (hash ^ letter) * 1099511628211UL;
        hash = (hash ^ (uint)seed) * 1099511628211UL;
        hash = (hash ^ (ulong)index) * 0x9E3779B97F4A7C15UL;
        return (int)(hash >> 32);
    }
}
