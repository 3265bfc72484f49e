using Pylon.Access;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.V1;
using Pylon.Messaging;
using Pylon.Transcoding.Calls;

namespace Pylon.Gateway.Streams;

/// <summary>
/// An event for subscribers, or the notice of a gap. It is encoded on first use and shared by all subscribers (two at the
/// same time may both encode it, with the same result).
/// </summary>
/// <param name="position">Where a reader is that has this frame.</param>
/// <param name="streamed">The event; null in the notice of a gap.</param>
/// <param name="topic">Of the notice of a gap; empty when the gap is only the reader's own.</param>
internal sealed class BroadcastFrame(Position position, StreamedEvent? streamed, string topic = "")
{
    // The topic whose events everybody may hear.
    private const string Shared = "grid";

    private byte[]? _sse;
    private byte[]? _ndjson;
    private SubscribeResponse? _message;

    public Position Position { get; } = position;

    /// <summary>Null in the notice of a gap.</summary>
    public StreamedEvent? Streamed { get; } = streamed;

    /// <summary>The topic whose subscribers get it.</summary>
    public string Topic { get; } = streamed?.Topic ?? topic;

    /// <summary>Whose event it is; null for what is shared, and for the notice of a gap.</summary>
    public Guid? Operator { get; } = streamed?.Event is not { } happened || streamed.Topic == Shared ? null
        : Guid.TryParseExact(happened.OperatorId, "D", out var operatorId) ? operatorId : Caller.BuiltInOperator;

    /// <summary>False for an event of another operator.</summary>
    /// <param name="operatorId">Whose events the reader may hear; null for all.</param>
    public bool IsFor(Guid? operatorId) => operatorId is null || Operator is null || Operator == operatorId;

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
    public BroadcastFrame At(Position position) => new(position, Streamed, Topic);
}
