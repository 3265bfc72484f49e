using System.Globalization;
using Pylon.Forecasting.Models;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// Reads a series of hours from a file of lines with commas or semicolons. The time column is the first one whose values are
/// times; without one the lines are hours from 2000-01-01T00:00Z. The value column is the first whose name has "actual" in it,
/// else "value", else "carbon_intensity" (in any case, with spaces or underscores), else the first with numbers; a first line
/// with a number in it names no columns. Lines may come in any order and in steps of up to an hour, which has the mean of its
/// lines; an hour without a line or number is missing. Times without an offset are UTC.
/// </summary>
internal static class HourlyFile
{
    private const int MostHours = 50 * 366 * 24;
    private static readonly string[] ValueNames = ["actual", "value", "carbon_intensity"];

    /// <exception cref="StackException">The file is not there or cannot be read so.</exception>
    public static HourlyHistory Read(string path)
    {
        if (!File.Exists(path))
            throw new StackException($"{path} is not there");
        var lines = File.ReadLines(path).Where(line => line.Length > 0).Select(Fields).ToList();
        if (lines.Count < 2)
            throw new StackException($"{path} has no line after its header");
        var hasHeader = !Array.Exists(lines[0], field => TryNumber(field, out _));
        var (header, rows) = hasHeader ? (lines[0], lines[1..]) : ([], lines);
        var time = Array.FindIndex(rows[0], field => TryTime(field, out _));
        var value = ValueColumn(header, rows, time) ?? throw new StackException($"{path} has no column of numbers");
        var sums = new SortedDictionary<DateTimeOffset, (double Sum, int Count)>();
        for (var n = 0; n < rows.Count; n++)
        {
            var at = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(n);
            if (time >= 0 && !TryTime(rows[n].ElementAtOrDefault(time) ?? "", out at))
                throw new StackException($"{path}, line {n + (hasHeader ? 2 : 1)}: {rows[n].ElementAtOrDefault(time)} is no time");
            var hour = new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero);
            if (TryNumber(rows[n].ElementAtOrDefault(value) ?? "", out var number))
                sums[hour] = sums.TryGetValue(hour, out var known) ? (known.Sum + number, known.Count + 1) : (number, 1);
        }

        return Continuous(path, sums);
    }

    private static HourlyHistory Continuous(string path, SortedDictionary<DateTimeOffset, (double Sum, int Count)> sums)
    {
        var first = sums.Keys.FirstOrDefault();
        var hours = sums.Count == 0 ? 0 : (int)(sums.Keys.Last() - first).TotalHours + 1;
        if (hours is < 63 * 24 or > MostHours)
            throw new StackException($"{path} has {hours} hours: a backtest needs from 63 days to 50 years");
        var values = Enumerable.Repeat(double.NaN, hours).ToArray();
        foreach (var (hour, (sum, count)) in sums)
            values[(int)(hour - first).TotalHours] = sum / count;
        // The origins are at the hour of the first value: midnight.
        var skipped = (24 - first.Hour) % 24;
        return new HourlyHistory(first.AddHours(skipped), values.AsSpan(skipped));
    }

    private static int? ValueColumn(string[] header, List<string[]> rows, int time)
    {
        var names = header.Select(name => name.Replace(' ', '_').ToLowerInvariant()).ToArray();
        foreach (var wanted in ValueNames)
        {
            var named = Array.FindIndex(names, name => name.Contains(wanted, StringComparison.Ordinal));
            if (named >= 0)
                return named;
        }

        var number = Array.FindIndex(rows[0], field => TryNumber(field, out _));
        if (number == time && number >= 0)
            number = Array.FindIndex(rows[0], time + 1, field => TryNumber(field, out _));
        return number < 0 ? null : number;
    }

    private static string[] Fields(string line) =>
        [.. line.Split(line.Contains(',', StringComparison.Ordinal) ? ',' : ';').Select(field => field.Trim().Trim('"'))];

    // A bare number is no time.
    private static bool TryTime(string field, out DateTimeOffset time)
    {
        time = default;
        return !TryNumber(field, out _)
            && DateTimeOffset.TryParse(field, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }

    private static bool TryNumber(string field, out double number) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
