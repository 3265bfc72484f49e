namespace Pylon.Ingestion.Series;

/// <summary>An ingestion run lost its lock to another one, which has read the sources since: what the first one read is not stored.</summary>
internal sealed class RunSupersededException() : Exception("another ingestion run has taken the place of this one, so this answer is not stored");
