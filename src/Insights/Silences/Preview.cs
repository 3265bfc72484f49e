namespace Pylon.Insights.Silences;

/// <summary>What a silence would have hidden: numbers of alerts by level, of notices (alerts and repeats), hotspots and entities.</summary>
internal sealed record Preview(int Critical, int Warn, int Info, int Notices, int Hotspots, int Entities);
