using System.Runtime.InteropServices;

namespace Pylon.Insights.Outcomes;

/// <summary>One day of an entity beside its frozen baseline.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MeasuredDay
{
    /// <summary>In the unit of the entity.</summary>
    public required double Activity { get; init; }

    /// <summary>kg CO2e.</summary>
    public required double Kg { get; init; }

    /// <summary>Units of output; 0 when not known.</summary>
    public required double Output { get; init; }

    /// <summary>The frozen activity of the hours of the day; 0 when none is known.</summary>
    public required double Expected { get; init; }

    /// <summary>What the frozen hours would have emitted with the factor of each hour of this day, kg CO2e; 0 when it is not known.</summary>
    public required double ExpectedKg { get; init; }

    /// <summary>The frozen activity of the hours whose factor is known.</summary>
    public required double ExpectedWithFactor { get; init; }

    /// <summary>Actual by expected; null when the day cannot be compared.</summary>
    /// <param name="basis">See <see cref="OutcomeBasis"/>.</param>
    /// <param name="frozenFactor">kg CO2e for each unit of activity.</param>
    /// <param name="frozenActivityPerOutput">Activity for each unit of output.</param>
    public double? Ratio(string basis, double? frozenFactor, double? frozenActivityPerOutput) => basis switch
    {
        OutcomeBasis.Activity => Divide(Activity, Expected),
        OutcomeBasis.Efficiency => Divide(Activity, Output * frozenActivityPerOutput),
        OutcomeBasis.Factor => Divide(Divide(Kg, Activity), frozenFactor),
        _ => Divide(Divide(Kg, Activity), Divide(ExpectedKg, ExpectedWithFactor)),
    };

    private static double? Divide(double? of, double? by) => of is { } a && by is > 0 and { } b && double.IsFinite(a / b) ? a / b : null;
}
