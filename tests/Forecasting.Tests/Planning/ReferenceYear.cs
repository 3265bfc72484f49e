using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Tests.Planning;

/// <summary>
/// A real year of hours of Great Britain with the expected answers for one setting. It is not ours to ship:
/// PYLON_PLAN_WINDOWS names its folder, or it lies in shared/reference/windows beside the checkout; without it the tests have
/// nothing to read and pass.
/// </summary>
internal static class ReferenceYear
{
    private static readonly string? Folder = Find();

    /// <summary>Null without the folder.</summary>
    public static PlanSeries? Carbon { get; } = Folder is null ? null : Make.Series([.. Lines("gb_2022_hourly.csv").Select(line => Scaled(line[0]))], TimeSpan.FromHours(1));

    /// <summary>For 6 hours with a slack of 24 from each hour of the year: now, not interruptible, interruptible.</summary>
    public static IReadOnlyList<(long Now, long Consecutive, long Interruptible)> Expected { get; } =
        Folder is null ? [] : [.. Lines("gb_2022_job6h_slack24h_expected.csv").Select(line => (Scaled(line[0]), Scaled(line[1]), Scaled(line[2])))];

    private static IEnumerable<string[]> Lines(string file) =>
        File.ReadLines(Path.Combine(Folder!, file)).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(','));

    private static long Scaled(string text) => SeriesScale.TryCarbon(double.Parse(text), out var scaled) ? scaled : throw new InvalidDataException(text);

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("PYLON_PLAN_WINDOWS") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var windows = Path.Combine(folder.FullName, "shared/reference/windows");
            if (Directory.Exists(windows))
                return windows;
        }

        return null;
    }
}
