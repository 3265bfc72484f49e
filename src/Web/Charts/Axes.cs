namespace Pylon.Web.Charts;

/// <summary>Where pairs of values lie in a drawing of the size of <see cref="Scale"/>; the axes begin near the least values.</summary>
internal sealed class Axes
{
    private const int MostMarks = 4;
    private readonly Range _across;
    private readonly Range _up;

    public Axes(IEnumerable<(double Across, double Up)> points)
    {
        var all = points.ToList();
        (_across, _up) = (Range.Of([.. all.Select(point => point.Across)]), Range.Of([.. all.Select(point => point.Up)]));
    }

    public double X(double across) => Scale.Left + 40 + ((Scale.End - Scale.Left - 80) * _across.Share(across));

    public double Y(double up) => Scale.Foot - ((Scale.Foot - Scale.Top) * _up.Share(up));

    /// <summary>Round values between the ends.</summary>
    public IEnumerable<double> Marks(bool vertical) => (vertical ? _up : _across).Marks;

    private sealed record Range(double From, double To, double Step)
    {
        public IEnumerable<double> Marks => Enumerable.Range(0, (int)Math.Round((To - From) / Step) + 1).Select(n => From + (n * Step));

        public static Range Of(IReadOnlyList<double> values)
        {
            var (least, most) = (values.DefaultIfEmpty(0).Min(), values.DefaultIfEmpty(1).Max());
            var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max((most - least) / MostMarks, 1e-3))));
            var step = new[] { 1, 2, 5, 10 }.Select(each => each * power).First(each => (most - least) / each <= MostMarks);
            var from = Math.Floor(least / step) * step;
            return new Range(from, Math.Max(Math.Ceiling(most / step) * step, from + step), step);
        }

        public double Share(double value) => (value - From) / (To - From);
    }
}
