using System.Globalization;

namespace Pylon.Bench.Harness;

/// <summary>CPU time of processes with all their descendants, from /proc: those that ended count with their parents.</summary>
internal static class CpuTime
{
    // sysconf(_SC_CLK_TCK); 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Null where there is no /proc.</summary>
    public static TimeSpan? OfTrees(IReadOnlyCollection<int>? roots) => OperatingSystem.IsLinux()
        ? TimeSpan.FromSeconds(Trees(roots ?? [Environment.ProcessId]).Sum(entry => entry.Ticks) / TicksPerSecond)
        : null;

    /// <summary>A process and all that it started.</summary>
    public static IEnumerable<int> Tree(int root) => Trees([root]).Select(entry => entry.Pid);

    private static List<Entry> Trees(IEnumerable<int> roots)
    {
        var processes = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => Read(name!)).OfType<Entry>().ToDictionary(entry => entry.Pid);
        var children = processes.Values.ToLookup(entry => entry.Parent);
        var pending = new Queue<int>(roots);
        var (seen, found) = (new HashSet<int>(), new List<Entry>());
        while (pending.TryDequeue(out var pid))
        {
            if (!seen.Add(pid) || !processes.TryGetValue(pid, out var entry))
                continue;
            found.Add(entry);
            foreach (var child in children[pid])
                pending.Enqueue(child.Pid);
        }

        return found;
    }

    // man 5 proc: the name is in parentheses and may hold anything; then state, ppid, and as 12th to 15th after the name
    // utime, stime, and those of the children that were waited for.
    private static Entry? Read(string pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Number(int n) => long.Parse(fields[n], CultureInfo.InvariantCulture);
            return new Entry(int.Parse(pid, CultureInfo.InvariantCulture), (int)Number(1), Number(11) + Number(12) + Number(13) + Number(14));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Entry(int Pid, int Parent, long Ticks);
}
