using System.Globalization;

namespace Pylon.Bench.Harness;

/// <summary>A comparison in columns.</summary>
internal static class ResultTable
{
    public static void Write(Comparison comparison, TextWriter output)
    {
        var more = comparison.Results.SelectMany(result => result.Medians.More.Keys).Distinct().ToList();
        List<string[]> rows =
        [
            ["", comparison.Item + "/s", "lowest", "highest", "CPU µs each", .. more, "of the peer", "bar"],
            .. comparison.Results.Select(result => Row(comparison, result, more)),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        output.WriteLine($"\n{comparison.Title}; medians of {comparison.Results[0].Rounds.Count} rounds");
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => column == 0 || column == row.Length - 1 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            output.WriteLine("  " + string.Join("  ", cells).TrimEnd());
        }
    }

    private static string[] Row(Comparison comparison, Measured result, IReadOnlyList<string> more)
    {
        var bar = comparison.IsBarReached(result) switch
        {
            true => $"{result.Contender.Bar!.Text}: reached",
            false => $"{result.Contender.Bar!.Text}: MISSED",
            null => "",
        };
        return
        [
            result.Contender.Name,
            Number(result.Medians.Rate),
            Number(result.Rounds.Min(round => round.Rate)),
            Number(result.Rounds.Max(round => round.Rate)),
            Number(result.Medians.CpuMicroseconds),
            .. more.Select(name => Number(result.Medians.More.TryGetValue(name, out var value) ? value : null)),
            result.Contender.IsPeer ? "peer" : comparison.Ratio(result)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "",
            bar,
        ];
    }

    private static string Number(double? value) => value switch
    {
        null => "–",
        >= 100 or <= -100 => value.Value.ToString("#,0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.0##", CultureInfo.InvariantCulture),
    };
}
