using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Events.V1;

namespace Pylon.Messaging;

/// <summary>A row of an outbox table.</summary>
internal sealed record OutboxRow(
    long Seq, Guid Id, string Topic, string Type, string Subject, DateTime Time, string Payload, string? TraceParent, Guid? OperatorId = null)
{
    // In a rolling upgrade a newer instance writes fields that this one does not know; the event is good without them.
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>The event, or the reason why the row is not an event.</summary>
    public (Event? Event, DeadLetter? DeadLetter) Read(string source)
    {
        var attributes = new Event
        {
            Id = Id.ToString(),
            Source = source,
            Type = Type,
            Subject = Subject,
            Time = Timestamp.FromDateTime(Time),
            Traceparent = TraceParent ?? "",
            OperatorId = $"{OperatorId}",
        };
        string reason;
        try
        {
            var read = Parser.Parse<Event>(Payload);
            if (read.DataCase is not Event.DataOneofCase.None)
            {
                // The columns are the attributes, whatever the payload says.
                (read.Id, read.Source, read.Type) = (attributes.Id, attributes.Source, attributes.Type);
                (read.Subject, read.Time, read.Traceparent) = (attributes.Subject, attributes.Time, attributes.Traceparent);
                read.OperatorId = attributes.OperatorId;
                return (read, null);
            }

            reason = "The payload has no data.";
        }
        catch (Exception e)
        {
            // The parser fails in more than one way, and no row may stop the others.
            reason = e.Message;
        }

        return (null, new DeadLetter(attributes, reason, Encoding.UTF8.GetBytes(Payload)));
    }
}
