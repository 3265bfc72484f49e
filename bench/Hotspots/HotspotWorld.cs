namespace Pylon.Bench.Hotspots;

/// <summary>
/// The labelled benchmark of hotspots: 12 entities of each of four kinds, 26 weeks of hours from a Saturday on, of which the
/// first 8 are history. Each entity has six incidents. The noise is the same bit for bit as in the reference.
/// </summary>
internal static class HotspotWorld
{
    public const int Hours = 26 * 168;
    public const int History = 8 * 168;
    public const int EntitiesOfKind = 12;

    /// <summary>2022-01-01, the first hour of the grid.</summary>
    public static readonly DateTimeOffset Start = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly string[] Kinds = ["datacentre", "factory", "warehouse", "delivery"];

    private static readonly string[] Incidents = ["spike", "shift", "creep", "ramp", "dropout", "spike"];

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="number">0 to 11.</param>
    /// <param name="draw">Added to the seed: another set of noise and incidents.</param>
    /// <param name="grid">gCO2/kWh, at least <see cref="Hours"/>.</param>
    public static WorldEntity Entity(string kind, int number, int draw, IReadOnlyList<double> grid)
    {
        var random = new SplitMix((ulong)(draw + (1000 * Array.IndexOf(Kinds, kind)) + number + 1));
        var level = 50 + (450 * random.Uniform());
        var (drift, activity) = (0.0, new double[Hours]);
        for (var t = 0; t < Hours; t++)
        {
            var (h, d, e) = (t % 24, DayOf(t), random.Normal());
            double value;
            switch (kind)
            {
                case "datacentre":
                    drift = (0.9 * drift) + (0.03 * e);
                    value = level * (1 + (0.08 * (h is >= 9 and < 20 ? 1 : -1) * (d < 5 ? 1 : 0.3))) * (1 + drift);
                    break;
                case "factory":
                    value = level * (d < 5 ? (h is >= 6 and < 22 ? 1.0 : 0.25) : 0.2) * (1 + (0.08 * e));
                    break;
                case "warehouse":
                    value = level * (0.6 + (h is >= 7 and < 19 && d < 6 ? 0.4 : 0)) * (1 + (0.06 * e));
                    break;
                default:
                    value = h is >= 8 and < 18 && d < 6 ? level * 0.2 * (1 + (0.20 * e)) : 0.0;
                    break;
            }

            activity[t] = Math.Max(0.0, value);
        }

        var incidents = Happen(kind, activity, ref random);
        return new WorldEntity(kind, number, activity, [.. Enumerable.Range(0, Hours).Select(t => FactorOf(kind, grid[t]))], incidents);
    }

    private static List<Incident> Happen(string kind, double[] activity, ref SplitMix random)
    {
        var (incidents, span) = (new List<Incident>(), (Hours - History - 48) / 6);
        for (var n = 0; n < Incidents.Length; n++)
        {
            var start = History + 24 + (n * span) + random.Integer(0, span - 140);
            // On a working morning.
            while (kind is "delivery" or "factory" && (DayOf(start) > 4 || start % 24 != 9))
                start++;
            var times = Incidents[n] switch
            {
                "spike" => Constant(random.Integer(2, 4), 2.0),
                "shift" => Constant(random.Integer(12, 36), 1.6),
                "creep" => Constant(random.Integer(72, 120), 1.35),
                "ramp" => Enumerable.Range(0, 48).Select(q => 1 + ((q + 1) / 48.0)).ToArray(),
                _ => Constant(6, 0.0),
            };
            for (var q = 0; q < times.Length; q++)
                activity[start + q] *= times[q];
            incidents.Add(new Incident(Incidents[n], start, start + times.Length));
        }

        return incidents;
    }

    private static double[] Constant(int hours, double times)
    {
        var values = new double[hours];
        Array.Fill(values, times);
        return values;
    }

    // kg for each unit.
    private static double FactorOf(string kind, double intensity) => kind == "delivery" ? 0.25561 : intensity / 1000 * (kind == "datacentre" ? 1.25 : 1);

    // 0 is Monday.
    private static int DayOf(int t) => (5 + (t / 24)) % 7;
}
