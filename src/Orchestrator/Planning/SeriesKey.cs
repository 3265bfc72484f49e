using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.Planning;

/// <summary>What a prepared series is of; its version is beside it in the cache.</summary>
/// <param name="Series">Of Ingestion.</param>
/// <param name="RegionId">Null for Great Britain, from the national source.</param>
/// <param name="IsForecast">By GetForecast, else by ReadSeries.</param>
/// <param name="Start">A half hour.</param>
/// <param name="End">A half hour, not included.</param>
/// <param name="AsKnownAt">Null for now.</param>
/// <param name="IsFilled">Gaps are filled.</param>
/// <param name="Risk">0 to 1.</param>
/// <param name="Step">Of the plan; zero for that of the series.</param>
internal sealed record SeriesKey(
    GridSeries Series, int? RegionId, bool IsForecast, DateTimeOffset Start, DateTimeOffset End, DateTimeOffset? AsKnownAt, bool IsFilled, double Risk, TimeSpan Step);
