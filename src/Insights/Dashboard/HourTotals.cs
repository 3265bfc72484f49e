namespace Pylon.Insights.Dashboard;

/// <summary>What the entities of one kind emitted in one hour.</summary>
/// <param name="Kind">logistics, factory, warehouse, delivery or compute.</param>
/// <param name="Hour">Its start.</param>
/// <param name="Kg">kg CO2e.</param>
/// <param name="Events">How many.</param>
/// <param name="EstimatedEvents">Of them estimated or synthetic.</param>
/// <param name="LastSeq">The latest of them.</param>
internal sealed record HourTotals(string Kind, DateTimeOffset Hour, double Kg, long Events, long EstimatedEvents, long LastSeq);

/// <summary>What the entities of one kind emitted in a span.</summary>
internal sealed record SpanTotals(string Kind, double Kg, long Events, long EstimatedEvents, long Entities);

/// <summary>What the entities of one region, or all that are not electric, did in one hour.</summary>
/// <param name="RegionId">1 to 18; null for what is not electric or has no region.</param>
/// <param name="Hour">Its start.</param>
/// <param name="Activity">kWh where there is a region.</param>
/// <param name="Kg">kg CO2e.</param>
internal sealed record HistoryHour(int? RegionId, DateTimeOffset Hour, double Activity, double Kg, long Events, long EstimatedEvents);
