namespace Pylon.Ingestion.Postcodes;

/// <summary>The region of an outward code, as the source said at a time.</summary>
/// <param name="Note">What does not fit together in the source's answer; empty when all does.</param>
internal sealed record PostcodeRegion(int RegionId, string RegionName, string Note, DateTimeOffset CapturedAt);
