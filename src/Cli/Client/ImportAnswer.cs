using System.Text.Json;

namespace Pylon.Cli.Client;

/// <summary>The result of a part of an import (pylon.ingestion.v1.ImportSeriesResponse in proto3 JSON).</summary>
internal sealed record ImportAnswer(
    long RowsRead = 0, long RowsNew = 0, long RowsChanged = 0, long RowsUnchanged = 0, long RowsRejected = 0, IReadOnlyList<RejectedLine>? Rejected = null);

/// <summary>A line that was not stored.</summary>
internal sealed record RejectedLine(long Line, string Reason);

/// <summary>The body of a part: one JSON message a line.</summary>
internal static class ImportBody
{
    private const int PieceBytes = 256 * 1024;

    public static HttpContent Of(string name, string series, long firstLine, byte[] header, byte[] part)
    {
        var body = new MemoryStream((part.Length / 2 * 3) + 4096);
        Write(body, new { name, series = "IMPORTED_SERIES_" + series.ToUpperInvariant().Replace('-', '_'), first_line = firstLine, data = header });
        foreach (var piece in part.Chunk(PieceBytes))
            Write(body, new { data = piece });
        return new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length) { Headers = { ContentType = new("application/x-ndjson") } };
    }

    private static void Write<T>(MemoryStream body, T message)
    {
        JsonSerializer.Serialize(body, message);
        body.WriteByte((byte)'\n');
    }
}
