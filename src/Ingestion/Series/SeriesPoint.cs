namespace Pylon.Ingestion.Series;

/// <summary>One value of one half hour, as read.</summary>
internal sealed record SeriesPoint(DateTimeOffset Start, double Value, string? Index, bool Actual, string Source, DateTimeOffset CapturedAt);
