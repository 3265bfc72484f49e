using System.Globalization;

namespace Pylon.Bench.Harness;

/// <summary>Resident memory of processes with all their descendants, from /proc; what several of them share counts once.</summary>
internal static class MemoryUse
{
    /// <summary>In kB.</summary>
    public static long OfTree(int root) => CpuTime.Tree(root).Sum(Of);

    private static long Of(int pid) => File.ReadLines($"/proc/{pid}/smaps_rollup")
        .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)).Single();
}
