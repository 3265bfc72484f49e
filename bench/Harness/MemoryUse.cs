namespace Pylon.Bench.Harness;

/// <summary>Resident memory of processes with all their descendants, from /proc; what several of them share counts once.</summary>
internal static class MemoryUse
{
    /// <summary>In kB.</summary>
    public static long OfTree(int root) => CpuTime.Tree(root).Sum(pid => ProcField.Read($"/proc/{pid}/smaps_rollup", "Pss") ?? 0);
}
