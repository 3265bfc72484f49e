namespace Pylon.Forecasting.Models;

/// <summary>
/// How wide the bands of a forecast are: the quantiles of the absolute errors that it made at past origins, for each block of
/// 6 hours ahead (split conformal prediction).
/// </summary>
/// <remarks>
/// The hours of an origin depend on one another, so an origin counts as one error. With n origins the quantile that holds the
/// share c of what comes is that of ⌈c(n+1)⌉/n; where that is more than 1 there is no band. A block has one with 80 % from 4
/// origins on, with 95 % from 19.
/// </remarks>
public sealed class ErrorQuantiles
{
    /// <summary>The hours of a block.</summary>
    public const int BlockHours = 6;

    /// <summary>The blocks to 168 hours ahead.</summary>
    public const int Blocks = 28;

    private readonly double?[] _of80 = new double?[Blocks];
    private readonly double?[] _of95 = new double?[Blocks];

    /// <param name="errors">Of each origin the absolute errors by hour ahead, to 168; NaN where one is not known.</param>
    /// <param name="mostOrigins">A block takes the first so many that have an error in it.</param>
    public ErrorQuantiles(IReadOnlyList<double[]> errors, int mostOrigins)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var sorted = new List<double>(errors.Count * BlockHours);
        for (var block = 0; block < Blocks; block++)
        {
            sorted.Clear();
            var origins = 0;
            foreach (var origin in errors)
            {
                if (origins == mostOrigins)
                    break;
                var before = sorted.Count;
                for (var k = block * BlockHours; k < Math.Min(origin.Length, (block + 1) * BlockHours); k++)
                {
                    if (double.IsFinite(origin[k]))
                        sorted.Add(origin[k]);
                }

                origins += sorted.Count > before ? 1 : 0;
            }

            sorted.Sort();
            (_of80[block], _of95[block]) = (Quantile(sorted, origins, 0.8), Quantile(sorted, origins, 0.95));
        }
    }

    /// <summary>The errors that 80 % and 95 % stay below; null where too few are known.</summary>
    /// <param name="ahead">The hour, from 0. Beyond the last block its quantiles hold.</param>
    public (double? Of80, double? Of95) At(int ahead)
    {
        var block = Math.Min(ahead / BlockHours, Blocks - 1);
        return (_of80[block], _of95[block]);
    }

    private static double? Quantile(List<double> sorted, int origins, double share)
    {
        var rank = (int)Math.Ceiling(share * (origins + 1));
        return origins > 0 && rank <= origins ? sorted[(int)((long)rank * sorted.Count / origins) - 1] : null;
    }
}
