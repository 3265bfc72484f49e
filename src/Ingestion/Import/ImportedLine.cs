using System.Runtime.InteropServices;

namespace Pylon.Ingestion.Import;

/// <summary>The values of a good line.</summary>
/// <param name="Line">Its number in the file.</param>
/// <param name="Body">The line, where a later check may reject it as repeated; else null.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ImportedLine(
    long Line, string? Body, int? RegionId, DateTimeOffset Start, decimal? Forecast, decimal? Actual, string? Index, DateTimeOffset? CapturedAt);
