namespace Pylon.Insights.Imports;

/// <summary>A line with what was computed of it.</summary>
internal sealed record StoredShipment(ShipmentLine Line, ComputedShipment Computed, string EventId);
