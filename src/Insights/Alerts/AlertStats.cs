namespace Pylon.Insights.Alerts;

/// <summary>Counts of alerts.</summary>
/// <param name="Critical">Of the level critical.</param>
/// <param name="Warn">Of the level warn.</param>
/// <param name="Info">Of the level info.</param>
/// <param name="Unacknowledged">Of those whose hotspot is not resolved.</param>
/// <param name="Silenced">That a silence matched.</param>
internal sealed record AlertStats(int Critical, int Warn, int Info, int Unacknowledged, int Silenced);
