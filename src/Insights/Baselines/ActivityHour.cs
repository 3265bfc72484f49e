using System.Runtime.InteropServices;

namespace Pylon.Insights.Baselines;

/// <summary>What an entity did and emitted in one hour: a row of hourly_rollups, or an hour of a region's carbon intensity.</summary>
/// <param name="Hour">Its start.</param>
/// <param name="Activity">In the unit of the entity; of a region gCO2/kWh.</param>
/// <param name="Kg">What was emitted, kg CO2e.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ActivityHour(DateTimeOffset Hour, double Activity, double Kg)
{
    /// <summary>Units of output; 0 when not known.</summary>
    public double Output { get; init; }

    /// <summary>Of the events that report what they emitted: that, kg CO2e; 0 when none does.</summary>
    public double ReportedKg { get; init; }

    /// <summary>What the model says of the same events, kg CO2e.</summary>
    public double PredictedKg { get; init; }

    /// <summary>The half width of the model's uncertainty of the same, kg CO2e.</summary>
    public double UncertaintyKg { get; init; }

    /// <summary>The sum of two rows of the same period, with the start of the earlier one.</summary>
    public ActivityHour Plus(in ActivityHour other) => new(Hour < other.Hour ? Hour : other.Hour, Activity + other.Activity, Kg + other.Kg)
    {
        Output = Output + other.Output,
        ReportedKg = ReportedKg + other.ReportedKg,
        PredictedKg = PredictedKg + other.PredictedKg,
        UncertaintyKg = UncertaintyKg + other.UncertaintyKg,
    };
}
