using Pylon.Gateway.Contracts;
using Pylon.Gateway.V1;
using Pylon.Messaging;
using Pylon.Transcoding.Calls;

namespace Pylon.Gateway.Streams;

/// <summary>
/// An event for subscribers, or the notice of a gap. It is encoded on first use and shared by all subscribers (two at the
/// same time may both encode it, with the same result).
/// </summary>
internal sealed class BroadcastFrame(Position position, StreamedEvent? streamed)
{
    private byte[]? _sse;
    private byte[]? _ndjson;
    private SubscribeResponse? _message;

    public Position Position { get; } = position;

    /// <summary>Null in the notice of a gap.</summary>
    public StreamedEvent? Streamed { get; } = streamed;

    /// <summary><c>id</c>, <c>event</c> and <c>data</c> of a server-sent event.</summary>
    public ReadOnlyMemory<byte> Sse => _sse ??= CloudEventJson.Frame(this);

    /// <summary>The message as one line of JSON.</summary>
    public ReadOnlyMemory<byte> Ndjson => _ndjson ??= StreamFormat.Ndjson.Message(Contract.Json.ToUtf8(Message));

    /// <summary>For native gRPC; shared, so callers must not change it.</summary>
    public SubscribeResponse Message => _message ??= new SubscribeResponse
    {
        Position = Position.ToString(),
        Topic = Streamed?.Topic ?? "",
        Event = Streamed?.Event,
        Gap = Streamed is null,
    };

    /// <summary>The same event for a reader that is further ahead in other topics.</summary>
    public BroadcastFrame At(Position position) => new(position, Streamed);
}
