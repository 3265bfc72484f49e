using System.Globalization;
using Pylon.Cli.Output;

namespace Pylon.Cli.Commands;

/// <summary>A file with a carbon intensity for each step.</summary>
internal static class SeriesFile
{
    private const int MostValues = 100_000;

    // Headings of the column, where there is more than one.
    private static readonly string[] Headings = ["carbon_intensity", "carbon_intensity_gco2_kwh", "forecast", "actual", "value"];

    /// <summary>The values, one a line, or in the column that the first line names.</summary>
    public static IReadOnlyList<double> Read(string file)
    {
        if (!File.Exists(file))
            throw new CommandException($"File not found: {file}", ExitCode.Usage);
        var (column, number, values) = (0, 0, new List<double>());
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Trim().Length == 0)
                continue;
            var cells = line.Split(',');
            if (values.Count == 0 && number == 1 && !IsNumber(cells[^1], out _))
            {
                column = cells.Length == 1 ? 0 : ColumnOf(cells, file);
                continue;
            }

            if (cells.Length <= column || !IsNumber(cells[column], out var value))
                throw new CommandException($"{file}, line {number}: must have a number as its carbon intensity, in gCO2/kWh", ExitCode.Usage);
            if (values.Count == MostValues)
                throw new CommandException($"{file}: must have at most {MostValues} values", ExitCode.Usage);
            values.Add(value);
        }

        return values.Count > 0 ? values : throw new CommandException($"{file}: must have a value", ExitCode.Usage);
    }

    private static int ColumnOf(string[] cells, string file) =>
        Headings.Select(heading => Array.FindIndex(cells, cell => cell.Trim().Equals(heading, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(found => found >= 0, -1) is var found and >= 0
            ? found
            : throw new CommandException($"{file}, line 1: must name one column {string.Join(", ", Headings)}", ExitCode.Usage);

    private static bool IsNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
