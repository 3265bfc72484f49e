using System.Runtime.InteropServices;

namespace Pylon.Insights.Events;

/// <summary>What is computed of an event.</summary>
/// <param name="PredictedKg">What the model says, kg CO2e; null when it has no factor for an event that reports its emissions.</param>
/// <param name="UncertaintyKg">Half the width of its uncertainty, kg CO2e.</param>
/// <param name="FactorSet">Where the factors are from; null without a prediction.</param>
/// <param name="Activity">In the unit of the kind.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct EventFigures(double? PredictedKg, double? UncertaintyKg, string? FactorSet, double Activity);
