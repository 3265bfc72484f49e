using Microsoft.Net.Http.Headers;

namespace Pylon.Transcoding.Calls;

/// <summary>How a stream of messages is written: as server-sent events or as one JSON object a line.</summary>
public abstract class StreamFormat
{
    public const string SseType = "text/event-stream";
    public const string NdjsonType = "application/x-ndjson";

    public static readonly StreamFormat Sse = new SseFormat();
    public static readonly StreamFormat Ndjson = new NdjsonFormat();

    public abstract string ContentType { get; }

    /// <summary>The frame that keeps an idle stream open; empty for NDJSON, whose readers do not expect one.</summary>
    public abstract ReadOnlyMemory<byte> Heartbeat { get; }

    public abstract byte[] Message(ReadOnlySpan<byte> json);

    /// <summary>The last frame of a stream that fails after it began.</summary>
    public abstract byte[] Error(ReadOnlySpan<byte> problem);

    /// <summary>The format that the Accept header prefers; <paramref name="otherwise"/> when it names neither.</summary>
    public static StreamFormat For(HttpRequest request, StreamFormat otherwise)
    {
        var (sse, ndjson) = (Quality(request, SseType), Quality(request, NdjsonType));
        if (sse is null && ndjson is null)
            return otherwise;
        return (sse ?? 0) >= (ndjson ?? 0) ? Sse : Ndjson;
    }

    private static double? Quality(HttpRequest request, string type) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
            ? accepted.Where(each => each.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Max(each => (double?)(each.Quality ?? 1))
            : null;

    private sealed class SseFormat : StreamFormat
    {
        public override string ContentType => SseType;

        public override ReadOnlyMemory<byte> Heartbeat { get; } = ": heartbeat\n\n"u8.ToArray();

        public override byte[] Message(ReadOnlySpan<byte> json) => [.. "data: "u8, .. json, .. "\n\n"u8];

        public override byte[] Error(ReadOnlySpan<byte> problem) => [.. "event: error\ndata: "u8, .. problem, .. "\n\n"u8];
    }

    private sealed class NdjsonFormat : StreamFormat
    {
        public override string ContentType => NdjsonType;

        public override ReadOnlyMemory<byte> Heartbeat => ReadOnlyMemory<byte>.Empty;

        public override byte[] Message(ReadOnlySpan<byte> json) => [.. json, .. "\n"u8];

        public override byte[] Error(ReadOnlySpan<byte> problem) => [.. "{\"error\":"u8, .. problem, .. "}\n"u8];
    }
}
