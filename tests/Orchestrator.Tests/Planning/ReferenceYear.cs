using System.Globalization;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>
/// Hourly carbon intensity of Great Britain in 2022, with the expected answers for a job of 6 h with 24 h of slack. They are not
/// ours to ship: they lie in shared/reference/windows beside the checkout; without them the tests have nothing to check and pass.
/// </summary>
internal static class ReferenceYear
{
    public static double[]? Carbon { get; } = Lines("gb_2022_hourly.csv")?.Select(Number).ToArray();

    /// <summary>By arrival: start now, consecutive, interruptible.</summary>
    public static (double Now, double Consecutive, double Interruptible)[]? Expected { get; } = Lines("gb_2022_job6h_slack24h_expected.csv")?
        .Select(line => line.Split(',')).Select(cells => (Number(cells[0]), Number(cells[1]), Number(cells[2]))).ToArray();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string>? Lines(string name)
    {
        for (var up = new DirectoryInfo(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            var file = Path.Combine(up.FullName, "shared", "reference", "windows", name);
            if (File.Exists(file))
                return File.ReadLines(file).Skip(1).Where(line => line.Length > 0);
        }

        return null;
    }
}
