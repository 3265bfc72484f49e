namespace Pylon.Bench.Soak;

/// <summary>What a soak did and found, as a table and for the result file.</summary>
internal static class SoakReport
{
    public static void Write(SoakTally tally, IReadOnlyList<SoakFinding> findings, TimeSpan quietAfter, TextWriter output)
    {
        output.WriteLine($"\n{tally.Submitted.Count} workloads; quiet after {quietAfter.TotalSeconds:0} s");
        Rows([.. tally.Counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => (count.Key, $"{count.Value,6}"))]);
        output.WriteLine();
        Rows([.. findings.Select(finding => (finding.Check, finding.Holds ? finding.Found : $"NOT SO: {finding.Found}"))]);

        void Rows(IReadOnlyList<(string Name, string Value)> rows)
        {
            var width = rows.Select(row => row.Name.Length).DefaultIfEmpty().Max();
            foreach (var (name, value) in rows)
                output.WriteLine($"  {name.PadRight(width)}  {value}");
        }
    }

    public static object Describe(int minutes, int rate, int seed, SoakTally tally, IReadOnlyList<SoakFinding> findings, TimeSpan quietAfter) => new
    {
        Minutes = minutes,
        WorkloadsPerSecond = rate,
        Seed = seed,
        Workloads = tally.Submitted.Count,
        QuietAfterSeconds = Math.Round(quietAfter.TotalSeconds),
        Holds = findings.All(finding => finding.Holds),
        Done = tally.Counts.OrderBy(count => count.Key, StringComparer.Ordinal).ToDictionary(),
        Checks = findings,
    };
}
