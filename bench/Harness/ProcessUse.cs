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
        var tree = Tree(root).ToList();
        var wakeups = new Dictionary<int, long>();
        foreach (var thread in tree.SelectMany(Threads))
        {
            if (Field($"/proc/{thread}/status", "voluntary_ctxt_switches:") is { } count)
                wakeups[thread] = count;
        }

        var kilobytes = tree.Sum(pid => Field($"/proc/{pid}/smaps_rollup", "Pss:") ?? 0);
        return new ProcessUse(CpuTime.OfTrees([root]) ?? TimeSpan.Zero, wakeups, kilobytes / 1024.0);
    }

    /// <summary>Wake-ups since an earlier moment. Those of a thread that has ended meanwhile are not counted.</summary>
    public long WakeupsSince(ProcessUse before) => Wakeups.Sum(thread => thread.Value - before.Wakeups.GetValueOrDefault(thread.Key));

    private static IEnumerable<int> Tree(int root) => Threads(root)
        .SelectMany(thread => Read($"/proc/{root}/task/{thread}/children").SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        .SelectMany(child => Tree(int.Parse(child, CultureInfo.InvariantCulture)))
        .Prepend(root);

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

    private static long? Field(string file, string name) => Read(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
        ? long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture)
        : null;

    // A process or thread may end at any moment.
    private static string[] Read(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
