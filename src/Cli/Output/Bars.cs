namespace Pylon.Cli.Output;

/// <summary>Values as columns of a line: ▁▃█.</summary>
internal static class Bars
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>A column for each value, between the least and the most of them.</summary>
    public static string Line(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
            return "";
        var (least, most) = (values.Min(), values.Max());
        return string.Concat(values.Select(value => Levels[most > least ? (int)Math.Round((value - least) / (most - least) * (Levels.Length - 1)) : 0]));
    }

    /// <summary>A bar of at most this width, full at <paramref name="most"/>.</summary>
    public static string Bar(double value, double most, int width) => new('█', most > 0 ? (int)Math.Round(Math.Clamp(value / most, 0, 1) * width) : 0);
}
