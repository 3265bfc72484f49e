using System.Runtime.InteropServices;

namespace Pylon.Ingestion.Import;

/// <summary>What a good line says.</summary>
/// <param name="Line">Its number in the file.</param>
/// <param name="Body">The line, where it may turn out later that it repeats another; else null.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ImportedLine(
    long Line, string? Body, int? RegionId, DateTimeOffset Start, decimal? Forecast, decimal? Actual, string? Index, DateTimeOffset? CapturedAt);
