namespace Pylon.Forecasting.Planning.Requests;

/// <summary>Steps of one zone for a job, with what they cost and what starting at once in the same zone would cost.</summary>
public sealed record PlanOption
{
    public required string ZoneId { get; init; }

    /// <summary>The steps in the order of time, as runs without interruption.</summary>
    public required IReadOnlyList<StepRange> Runs { get; init; }

    /// <summary>In the unit of the objective, exact up to a factor that all options of a request share.</summary>
    public required Int128 ExactCost { get; init; }

    /// <summary>Grams, GBP or without a unit, by the objective.</summary>
    public required double Cost { get; init; }

    /// <summary>The same for the first steps of the window; limits do not matter for it.</summary>
    public required double NowCost { get; init; }

    /// <summary>(NowCost - Cost) / |NowCost| × 100, from the exact integers; 0 when NowCost is 0.</summary>
    public required double SavingPercent { get; init; }

    /// <summary>Energy of the job with PUE and restarts, kWh.</summary>
    public required double EnergyKwh { get; init; }

    /// <summary>CO2 of the job with PUE and restarts, grams.</summary>
    public required double CarbonGrams { get; init; }

    /// <summary>CO2 of starting at once, grams.</summary>
    public required double NowCarbonGrams { get; init; }

    /// <summary>Carbon intensity over the energy of the job, gCO2/kWh.</summary>
    public required double MeanCarbon { get; init; }

    /// <summary>Price of the energy of the job with PUE and restarts, GBP; null without prices.</summary>
    public required double? PriceGbp { get; init; }

    /// <summary>True when the job starts at the begin of its window and is not interrupted.</summary>
    public required bool IsNow { get; init; }

    /// <summary>
    /// 0 when the choice is the best that there is. Else the best one costs at least <see cref="Cost"/> less this many per cent:
    /// the search under a limit on sums ended at its bound.
    /// </summary>
    public required double GapPercent { get; init; }

    public int First => Runs[0].From;

    /// <summary>The step after the last.</summary>
    public int End => Runs[^1].To;

    public IEnumerable<int> Steps => Runs.SelectMany(run => Enumerable.Range(run.From, run.Count));
}
