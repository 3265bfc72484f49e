namespace Pylon.Insights.Imports;

/// <summary>A line that was read: its values, or what is wrong with it.</summary>
/// <param name="Number">Of the line.</param>
/// <param name="Text">As it came.</param>
/// <param name="Value">Null when there are faults.</param>
/// <param name="Faults">Empty when nothing is wrong.</param>
internal sealed record ReadLine(long Number, string Text, ShipmentLine? Value, IReadOnlyList<string> Faults);
