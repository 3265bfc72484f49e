namespace Pylon.Forecasting.Planning.Requests;

/// <summary>
/// The energy that a job draws in each of its steps, in joules, as pieces of equal steps. Whole joules keep sums exact:
/// a kW over an hour is 3,600,000 J. Energy is before the zone's PUE.
/// </summary>
public sealed class PowerProfile
{
    /// <summary>Most energy of a step: 10 GW for a day is 8.64e14 J.</summary>
    public const long MaxJoules = 1_000_000_000_000_000;

    /// <summary>Joules of a kilowatt hour.</summary>
    public const long JoulesPerKwh = 3_600_000;

    private PowerProfile(IReadOnlyList<PowerPiece> pieces) => Pieces = pieces;

    public IReadOnlyList<PowerPiece> Pieces { get; }

    public int Steps => Pieces.Sum(piece => piece.Steps);

    public Int128 Joules => Pieces.Aggregate(Int128.Zero, (sum, piece) => sum + ((Int128)piece.Steps * piece.JoulesPerStep));

    /// <summary>True when every step draws the same.</summary>
    public bool IsFlat => Pieces.Count == 1;

    /// <summary>The same power throughout.</summary>
    /// <param name="steps">As the duration of the job.</param>
    /// <param name="watts">1 or more.</param>
    /// <param name="step">Of the series.</param>
    public static PowerProfile Flat(int steps, long watts, TimeSpan step) => Of([new PowerPiece(steps, Energy(watts, step))]);

    /// <summary>The power of each step of the job.</summary>
    public static PowerProfile PerStep(IEnumerable<long> watts, TimeSpan step) => Of(watts.Select(one => new PowerPiece(1, Energy(one, step))));

    /// <summary>
    /// A job that is not aligned to the steps: it runs only for a part of its first and of its last step.
    /// </summary>
    /// <param name="first">Running time within the first step.</param>
    /// <param name="whole">Steps between them.</param>
    /// <param name="last">Running time within the last step.</param>
    /// <param name="watts">While it runs.</param>
    /// <param name="step">Of the series.</param>
    public static PowerProfile Partial(TimeSpan first, int whole, TimeSpan last, long watts, TimeSpan step) =>
        Of([new PowerPiece(1, Energy(watts, first)), new PowerPiece(whole, Energy(watts, step)), new PowerPiece(1, Energy(watts, last))]);

    /// <summary>Pieces in the order of time; neighbours of equal energy become one.</summary>
    public static PowerProfile Of(IEnumerable<PowerPiece> pieces)
    {
        var merged = new List<PowerPiece>();
        foreach (var piece in pieces.Where(piece => piece.Steps != 0))
        {
            if (merged.Count > 0 && merged[^1].JoulesPerStep == piece.JoulesPerStep)
                merged[^1] = merged[^1] with { Steps = merged[^1].Steps + piece.Steps };
            else
                merged.Add(piece);
        }

        return new PowerProfile(merged);
    }

    // What is out of bounds stays so, and is refused with the request.
    private static long Energy(long watts, TimeSpan time) => (long)Int128.Clamp((Int128)watts * (long)time.TotalSeconds, -1, MaxJoules + 1);
}
