using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Pylon.Events.V1;

namespace Pylon.Messaging.Kafka;

/// <summary>
/// An event as a record: the key is its subject, the value the event in binary, the headers are its attributes in the binary mode
/// of CloudEvents. A dead letter has what was refused as its value.
/// </summary>
/// <param name="Id">By which a repeated one is recognised.</param>
/// <param name="Message">What is written.</param>
internal sealed record KafkaRecord(string Id, Message<byte[], byte[]> Message)
{
    private const string IdHeader = "ce_id";
    private const string ContentType = "content-type";
    private const string Protobuf = "application/protobuf";
    private const string Json = "application/json";

    // Of dead letters: the attributes of what was refused, as an event; why; and what was found, where the value is an envelope.
    private const string Attributes = "pylon_attributes";
    private const string Reason = "pylon_reason";
    private const string Original = "pylon_original";

    /// <summary>Bytes of what varies, which is nearly all.</summary>
    public long Size => (Message.Value?.LongLength ?? 0) + Message.Headers.Sum(header => header.GetValueBytes()?.LongLength ?? 0);

    public static KafkaRecord Of(Event made)
    {
        var headers = Headers(made);
        headers.Add(ContentType, Bytes(Protobuf));
        return new KafkaRecord(made.Id, Make(made.Subject, made.ToByteArray(), headers));
    }

    public static KafkaRecord Of(Envelope envelope) => new(
        envelope.Id, Make(envelope.Subject, envelope.Json.ToArray(), new Headers { { IdHeader, Bytes(envelope.Id) }, { ContentType, Bytes(Json) } }));

    public static KafkaRecord Of(DeadLetter letter)
    {
        var headers = Headers(letter.Event);
        headers.Add(Attributes, letter.Event.ToByteArray());
        headers.Add(Reason, Bytes(letter.Reason));
        if (letter.Envelope.IsEmpty)
            return new KafkaRecord(letter.Event.Id, Make(letter.Event.Subject, letter.Original.ToArray(), headers));
        headers.Add(ContentType, Bytes(Json));
        headers.Add(Original, letter.Original.ToArray());
        return new KafkaRecord(letter.Event.Id, Make(letter.Event.Subject, letter.Envelope.ToArray(), headers));
    }

    /// <summary>The id that a record was published with; null in one of another writer.</summary>
    public static string? IdOf(ConsumeResult<byte[], byte[]> read) => Text(read, IdHeader);

    public static StreamedEvent Streamed(string topic, ConsumeResult<byte[], byte[]> read)
    {
        var position = KafkaPosition.Of(read.Partition.Value, read.Offset.Value + 1);
        var value = read.Message.Value ?? [];
        try
        {
            if (Text(read, Reason) is { } reason)
            {
                var refused = Event.Parser.ParseFrom(Find(read, Attributes) ?? []);
                return new(topic, position, refused, Find(read, Original) is { } original
                    ? new DeadLetter(refused, reason, original, value)
                    : new DeadLetter(refused, reason, value));
            }

            return IsEvent(read) ? new(topic, position, Event.Parser.ParseFrom(value)) : Foreign("it has no header content-type: application/protobuf");
        }
        catch (InvalidProtocolBufferException e)
        {
            return Foreign(e.Message);
        }

        // A record of another writer. It has a position like any other, or a reader would never get past it.
        StreamedEvent Foreign(string why) => new(topic, position, new Event(), new DeadLetter(new Event(), $"The entry is not an event: {why}", value));
    }

    public static (EntryFormat Format, ReadOnlyMemory<byte> Body) Entry(ConsumeResult<byte[], byte[]> read)
    {
        var value = read.Message.Value ?? [];
        return (value.Length == 0 ? EntryFormat.Unknown : IsEvent(read) ? EntryFormat.Event : EntryFormat.Envelope, value);
    }

    private static Headers Headers(Event made)
    {
        var headers = new Headers
        {
            { "ce_specversion", Bytes("1.0") },
            { IdHeader, Bytes(made.Id) },
            { "ce_source", Bytes(made.Source) },
            { "ce_type", Bytes(made.Type) },
        };
        if (made.Subject.Length > 0)
            headers.Add("ce_subject", Bytes(made.Subject));
        if (made.Time is not null)
            headers.Add("ce_time", Bytes(made.Time.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture)));
        if (made.Traceparent.Length > 0)
            headers.Add("ce_traceparent", Bytes(made.Traceparent));
        return headers;
    }

    // What has no subject goes to any partition.
    private static Message<byte[], byte[]> Make(string subject, byte[] value, Headers headers) =>
        new() { Key = subject.Length > 0 ? Bytes(subject) : null!, Value = value, Headers = headers };

    private static bool IsEvent(ConsumeResult<byte[], byte[]> read) => Text(read, ContentType) == Protobuf;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(ConsumeResult<byte[], byte[]> read, string header) => Find(read, header) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static byte[]? Find(ConsumeResult<byte[], byte[]> read, string header) =>
        read.Message.Headers is { } headers && headers.TryGetLastBytes(header, out var bytes) ? bytes : null;
}
