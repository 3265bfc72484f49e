using Pylon.Gateway.Transcoding;
using Pylon.Gateway.V1;
using Pylon.Messaging;

namespace Pylon.Gateway.Broadcast;

/// <summary>
/// An event on its way to subscribers, or the news of a gap. It is encoded once, whoever asks first, and shared by all
/// (two that ask at the same time may both do it: the result is the same).
/// </summary>
internal sealed class BroadcastFrame(Position position, StreamedEvent? streamed)
{
    private byte[]? _sse;
    private byte[]? _ndjson;
    private SubscribeResponse? _message;

    public Position Position { get; } = position;

    /// <summary>Null in the news of a gap.</summary>
    public StreamedEvent? Streamed { get; } = streamed;

    /// <summary><c>id</c>, <c>event</c> and <c>data</c> of a server-sent event.</summary>
    public ReadOnlyMemory<byte> Sse => _sse ??= CloudEventJson.Frame(this);

    /// <summary>The message as one line of JSON.</summary>
    public ReadOnlyMemory<byte> Ndjson => _ndjson ??= StreamFormat.Ndjson.Message(MessageJson.ToUtf8(Message));

    /// <summary>For native gRPC; shared, so not to be changed.</summary>
    public SubscribeResponse Message => _message ??= new SubscribeResponse
    {
        Position = Position.ToString(),
        Topic = Streamed?.Topic ?? "",
        Event = Streamed?.Event,
        Gap = Streamed is null,
    };

    /// <summary>The same event for a reader who has come further in other topics.</summary>
    public BroadcastFrame At(Position position) => new(position, Streamed);
}
