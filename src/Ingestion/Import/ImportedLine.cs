using System.Runtime.InteropServices;

namespace Pylon.Ingestion.Import;

/// <summary>What a good line says.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ImportValue(
    int? RegionId, DateTimeOffset Start, decimal? Forecast, decimal? Actual, string? Index, DateTimeOffset? CapturedAt);
