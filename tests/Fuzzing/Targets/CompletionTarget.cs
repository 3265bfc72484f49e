using System.Text.Json;
using Google.Protobuf;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Completions;
using Pylon.Conductor.DeadLetters;
using Pylon.Messaging;

namespace Pylon.Fuzzing.Targets;

/// <summary>Completions of phases: a report with fields in their bounds, or a reason; and each can be a dead letter.</summary>
internal sealed class CompletionTarget() : FuzzTarget("completions")
{
    private static readonly Catalogue Shipped = Catalogue.Parse(Catalogue.Shipped());
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly int Topics = CompletionTopic.All.Count;

    public override FuzzInput Next(Random random)
    {
        var (topic, format) = (random.Next(Topics), (EntryFormat)random.Next(3));
        return random.Next(4) switch
        {
            0 => new(Mutation.Of(random, Events.Completion(random).ToByteArray()), Choice(topic, EntryFormat.Event)),
            1 => new(Mutation.Of(random, Utf8(Events.Envelope(random))), Choice(topic, EntryFormat.Envelope)),
            2 => new(Utf8(Events.Envelope(random)), Choice(topic, EntryFormat.Envelope)),
            _ => new(random.Next(2) == 0 ? Events.Completion(random).ToByteArray() : Utf8(AnyJson.Anything(random, Events.Names)), Choice(topic, format)),
        };
    }

    public override void Read(FuzzInput input)
    {
        var (topic, format) = (CompletionTopic.All[input.Choice % Topics], (EntryFormat)(input.Choice / Topics));
        var (report, fault) = Completion.Read(topic, format, input.Bytes, Shipped, Now);
        Expect(report is null == fault is { Length: > 0 }, "a report or a reason");
        if (report is not null)
        {
            Expect(report.BatchId.Length is >= 1 and <= 200 && Shipped.Phase(report.Phase) is not null, "ids have 1 to 200 characters, and the phase is known");
            Expect(report.OccurredAt.Offset == TimeSpan.Zero, "times are UTC");
        }

        var (eventId, batchId) = Completion.Ids(format, input.Bytes);
        var letter = new DeadLetterRecord(Guid.Empty, topic.Name, "1-1", format, eventId, batchId, fault ?? "reason", 1, input.Bytes, DeadLetterRecord.Open, Now, Now, null);
        using var envelope = JsonDocument.Parse(DeadLetterEnvelope.Of(letter));
        Expect(envelope.RootElement.GetProperty("metadata").GetProperty("topic").GetString() == topic.Name, "the dead letter names the topic");
    }

    private static int Choice(int topic, EntryFormat format) => ((int)format * Topics) + topic;
}
