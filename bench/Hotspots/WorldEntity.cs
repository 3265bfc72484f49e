namespace Pylon.Bench.Hotspots;

/// <summary>One entity of the benchmark, hour by hour.</summary>
/// <param name="Kind">datacentre, factory, warehouse or delivery.</param>
/// <param name="Number">0 to 11.</param>
/// <param name="Activity">kWh, or km of deliveries.</param>
/// <param name="Factor">kg for each unit.</param>
/// <param name="Incidents">In the order of time.</param>
internal sealed record WorldEntity(string Kind, int Number, double[] Activity, double[] Factor, IReadOnlyList<Incident> Incidents);
