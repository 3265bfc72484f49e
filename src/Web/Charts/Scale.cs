using System.Globalization;
using System.Text;

namespace Pylon.Web.Charts;

/// <summary>Where times and values lie in a drawing of <see cref="Width"/> by <see cref="Height"/>.</summary>
internal sealed class Scale(DateTimeOffset from, DateTimeOffset to, double most)
{
    public const int Width = 900;
    public const int Height = 300;
    public const int Left = 66;

    /// <summary>Half a line of the letters of a phone, which are the largest.</summary>
    public const int Top = 26;

    private const int Right = 12;
    private const int Bottom = 44;

    // Half hours that follow one another make one line.
    private static readonly TimeSpan Gap = TimeSpan.FromMinutes(90);

    public static int Foot => Height - Bottom;

    public static int End => Width - Right;

    /// <summary>The value at the top: the next round one.</summary>
    public double Most { get; } = RoundUp(Math.Max(most, 1));

    public double X(DateTimeOffset at) => Left + ((End - Left) * ((at - from) / (to - from)));

    public double Y(double value) => Foot - ((Foot - Top) * Math.Clamp(value / Most, 0, 1));

    public static string Text(double coordinate) => coordinate.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>The d of a path; a time without values leaves a gap.</summary>
    public string Path(IEnumerable<(DateTimeOffset At, double Value)> points)
    {
        var path = new StringBuilder();
        DateTimeOffset? before = null;
        foreach (var (at, value) in points)
        {
            path.Append(before is { } last && at - last <= Gap ? 'L' : 'M').Append(Text(X(at))).Append(' ').Append(Text(Y(value)));
            before = at;
        }

        return path.ToString();
    }

    /// <summary>The d of the area between two lines.</summary>
    public string Area(IReadOnlyList<(DateTimeOffset At, double Lower, double Upper)> band)
    {
        if (band.Count == 0)
            return "";
        var there = band.Select(one => $"{Text(X(one.At))} {Text(Y(one.Upper))}");
        var back = band.Reverse().Select(one => $"{Text(X(one.At))} {Text(Y(one.Lower))}");
        return $"M{string.Join('L', there.Concat(back))}Z";
    }

    /// <summary>1, 2, 4, 6 or 8 times a power of ten.</summary>
    private static double RoundUp(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1, 2, 4, 6, 8, 10 }.Select(step => step * power).First(round => round >= value);
    }
}
