using System.Text.Json;

namespace Pylon.Cli.Client;

/// <summary>The result of a part of a file of shipments (pylon.insights.v1.ImportShipmentsResponse in proto3 JSON).</summary>
internal sealed record ShipmentAnswer(
    long RowsRead = 0, long RowsNew = 0, long RowsUnchanged = 0, long RowsRejected = 0, long RowsNoted = 0, long RowsReproduced = 0, long RowsEqual = 0,
    double PublishedKg = 0, double ComputedKg = 0, IReadOnlyList<LineNote>? Rejected = null, IReadOnlyList<LineNote>? Noted = null);

/// <summary>What is to be told of a line.</summary>
internal sealed record LineNote(long Line, IReadOnlyList<string> Reasons)
{
    public RejectedLine AsRejected() => new(Line, string.Join("; ", Reasons));
}

/// <summary>The body of a part: one JSON message a line.</summary>
internal static class ShipmentBody
{
    private const int PieceBytes = 256 * 1024;

    public static HttpContent Of(string name, string factorSet, long firstLine, byte[] header, byte[] part)
    {
        var body = new MemoryStream((part.Length / 2 * 3) + 4096);
        Write(body, new { name, factor_set = factorSet, first_line = firstLine, data = header });
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
