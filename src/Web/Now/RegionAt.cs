using Pylon.Ingestion.V1;

namespace Pylon.Web.Now;

/// <summary>A region at a half hour, and six hours later; null where no value is known.</summary>
public sealed record RegionAt(int RegionId, string Name, GridPoint? At, GridPoint? Later);
