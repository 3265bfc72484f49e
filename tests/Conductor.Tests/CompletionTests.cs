using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Completions;
using Pylon.Conductor.DeadLetters;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Conductor.Tests;

/// <summary>The reader of completion events.</summary>
public sealed class CompletionTests
{
    private static readonly Catalogue Shipped = Catalogue.Parse(Catalogue.Shipped());
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-03-01T10:00:00", "2026-03-01T10:00:00Z")]
    [InlineData("2026-03-01 10:00", "2026-03-01T10:00:00Z")]
    [InlineData("2026-03-01T10:00:00.25+02:00", "2026-03-01T08:00:00.25Z")]
    [InlineData("03/04/2026 10:00", "2026-03-04T10:00:00Z")]
    [InlineData("some day", "2026-03-01T12:00:00Z")]
    public void ATimeWithoutAnOffsetIsUtcWhateverTheCulture(string text, string expected)
    {
        var (before, zone) = (CultureInfo.CurrentCulture, Environment.GetEnvironmentVariable("TZ"));
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            other.DateTimeFormat.ShortDatePattern = "dd/MM/yyyy";
            CultureInfo.CurrentCulture = other;
            Environment.SetEnvironmentVariable("TZ", "Asia/Tokyo");
            TimeZoneInfo.ClearCachedData();
            var (report, fault) = Read(Envelope($"\"{text}\""));
            Assert.Null(fault);
            Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), report!.OccurredAt);
            Assert.Equal(TimeSpan.Zero, report.OccurredAt.Offset);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
        }
    }

    /// <summary>Every input is a report with fields in their bounds, or it has a reason; and it can be a dead letter.</summary>
    [Fact]
    public void TwentyThousandRandomBodiesAreReportsOrHaveAReason()
    {
        var random = new Random(9);
        var (reports, faults) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var topic = CompletionTopic.All[random.Next(CompletionTopic.All.Count)];
            var (format, body) = Body(random);
            try
            {
                var (report, fault) = Completion.Read(topic, format, body, Shipped, Now);
                Assert.True(report is null == fault is { Length: > 0 });
                _ = report is null ? faults++ : reports++;
                if (report is not null)
                {
                    Assert.InRange(report.BatchId.Length, 1, 200);
                    Assert.NotNull(Shipped.Phase(report.Phase));
                    Assert.Equal(TimeSpan.Zero, report.OccurredAt.Offset);
                }

                var (eventId, batchId) = Completion.Ids(format, body);
                var letter = new DeadLetterRecord(Guid.Empty, topic.Name, "1-1", format, eventId, batchId, "reason", 1, body, DeadLetterRecord.Open, Now, Now, null);
                using var envelope = JsonDocument.Parse(DeadLetterEnvelope.Of(letter));
                Assert.Equal(topic.Name, envelope.RootElement.GetProperty("metadata").GetProperty("topic").GetString());
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"round {round}: {format} {Convert.ToBase64String(body)}: {e}");
            }
        }

        // Both ways were taken often.
        Assert.True(reports > 500 && faults > 5000, $"{reports} reports, {faults} faults");
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void TheEnvelopeOfADeadLetterIsReadableHoweverDeepTheEventIs(int depth, bool isJson)
    {
        var body = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        var letter = new DeadLetterRecord(Guid.Empty, "phases", "1-1", EntryFormat.Envelope, "", "", "reason", 1, body, DeadLetterRecord.Open, Now, Now, null);
        using var envelope = JsonDocument.Parse(DeadLetterEnvelope.Of(letter));
        Assert.Equal(!isJson, envelope.RootElement.GetProperty("metadata").TryGetProperty("original_base64", out _));
    }

    private static (Batches.PhaseReport? Report, string? Fault) Read(string envelope) =>
        Completion.Read(CompletionTopic.All[1], EntryFormat.Envelope, Encoding.UTF8.GetBytes(envelope), Shipped, Now);

    private static string Envelope(string time) =>
        $$$"""{"event_id":"{{{Guid.NewGuid()}}}","event_timestamp":{{{time}}},"data":{"entity_id":"e","batch_id":"b","status":"success"}}""";

    private static (EntryFormat Format, byte[] Body) Body(Random random)
    {
        var format = (EntryFormat)random.Next(3);
        switch (random.Next(4))
        {
            case 0:
                var noise = new byte[random.Next(64)];
                random.NextBytes(noise);
                return (format, noise);
            case 1:
                return (format, Flipped(random, Own(random).ToByteArray(), random.Next(4)));
            default:
                return (EntryFormat.Envelope, Flipped(random, Encoding.UTF8.GetBytes(Json(random)), random.Next(6) == 0 ? random.Next(4) : 0));
        }
    }

    private static Event Own(Random random)
    {
        var own = new Event
        {
            Id = Text(random, Guid.NewGuid().ToString()),
            PhaseReported = new PhaseReported
            {
                BatchId = Text(random, "b"),
                PhaseName = Text(random, "train"),
                EntityId = Text(random, "e"),
                Succeeded = true,
                ErrorCode = Text(random, ""),
            },
        };
        if (random.Next(2) == 0)
            own.Time = new Timestamp { Seconds = random.Next(3) == 0 ? random.NextInt64() : random.Next(), Nanos = random.Next(3) == 0 ? random.Next() - (int.MaxValue / 2) : 0 };
        return own;
    }

    private static byte[] Flipped(Random random, byte[] bytes, int times)
    {
        for (var i = 0; i < times && bytes.Length > 0; i++)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(10) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
    }

    private static string Text(Random random, string good) => random.Next(4) > 0
        ? good
        : random.Next(6) switch { 0 => "", 1 => new string('é', 201), 2 => "a\0b", 3 => "😀", 4 => "\u2028\u200b", _ => " " };

    private static string Json(Random random)
    {
        string Or(string good) => random.Next(12) == 0 ? Any(random, 3) : good;
        var data = $$$"""{"entity_id":{{{Or("\"e\"")}}},"batch_id":{{{Or("\"b\"")}}},"status":{{{Or("\"SUCCESS\"")}}},"phase_name":{{{Or("\"nlp\"")}}},"error_code":{{{Or("null")}}},"correlation_id":{{{Or("\"c\"")}}}}""";
        return random.Next(12) == 0
            ? Any(random, 4)
            : $$$"""{"event_id":{{{Or($"\"{Guid.NewGuid()}\"")}}},"event_timestamp":{{{Or("\"2026-03-01T10:00:00\"")}}},"correlation_id":{{{Or("\"c\"")}}},"data":{{{Or(data)}}}}""";
    }

    /// <summary>Any JSON, some of it wrong.</summary>
    private static string Any(Random random, int depth) => random.Next(depth > 0 ? 14 : 12) switch
    {
        0 => "5",
        1 => "null",
        2 => "true",
        3 => "-1e999",
        4 => "\"\\ud800\"",
        5 => "\"a\\u0000b\"",
        6 => "\"" + new string('x', 201) + "\"",
        7 => "\"9999-12-31T23:59:59.9999999\"",
        8 => "\"0001-01-01T00:00:00+14:00\"",
        9 => "",
        10 => "\"😀\u200b\"",
        11 => new string('[', 70) + new string(']', 70),
        12 => $"[{Any(random, depth - 1)},{Any(random, depth - 1)}]",
        _ => $$$"""{"event_id":{{{Any(random, depth - 1)}}},"data":{{{Any(random, depth - 1)}}},"batch_id":{{{Any(random, depth - 1)}}}}""",
    };
}
