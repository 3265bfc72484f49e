using System.Globalization;

namespace Pylon.Bench.Harness;

/// <summary>What a process and its descendants have used until now, from /proc.</summary>
/// <param name="Cpu">Of all threads.</param>
/// <param name="Wakeups">How often each thread that lives was woken after a wait: voluntary context switches, by thread.</param>
/// <param name="Megabytes">Resident, what processes share divided among them (PSS).</param>
internal sealed record ProcessUse(TimeSpan Cpu, IReadOnlyDictionary<int, long> Wakeups, double Megabytes)
{
    public static ProcessUse Of(int root)
    {
        var wakeups = new Dictionary<int, long>();
        foreach (var thread in CpuTime.Tree(root).SelectMany(Threads))
        {
            if (ProcField.Read($"/proc/{thread}/status", "voluntary_ctxt_switches") is { } count)
                wakeups[thread] = count;
        }

        return new ProcessUse(CpuTime.OfTrees([root]) ?? TimeSpan.Zero, wakeups, MemoryUse.OfTree(root) / 1024.0);
    }

    /// <summary>Wake-ups since an earlier moment. Those of a thread that has ended meanwhile are not counted.</summary>
    public long WakeupsSince(ProcessUse before) => Wakeups.Sum(thread => thread.Value - before.Wakeups.GetValueOrDefault(thread.Key));

    private static IEnumerable<int> Threads(int pid)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{pid}/task").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
