using System.Net;
using Confluent.Kafka;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>The main flow with its events on Kafka.</summary>
public sealed class KafkaTests(KafkaStack kafka) : IClassFixture<KafkaStack>
{
    private const string Recommended = "pylon.workload.recommended.v1";
    private const string Scheduled = "pylon.workload.scheduled.v1";
    private const string Ended = "pylon.workload.run_ended.v1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private GatewayClient Gateway => kafka.Stack.Gateway;

    [Fact]
    public async Task AWorkloadGoesFromItsSubmissionToItsOutcomeAndWhoComesBackGetsExactlyTheRest()
    {
        await using var first = await Gateway.SubscribeAsync();
        var id = await Gateway.SubmitAsync(new { workload_name = "on kafka", workload_type = "TRAINING_RUN" });
        var offered = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE", Patience);
        Assert.Equal(3, GatewayClient.Recommendations(offered).Count);
        var (status, _) = await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option": 2}""");
        Assert.Equal(HttpStatusCode.OK, status);
        var done = await Eventually.Is(() => Gateway.WorkloadAsync(id), workload => workload["outcome"] is not null, Patience, "the outcome");
        Assert.EndsWith("COMPLETED", done["run"]!["state"]!.GetValue<string>(), StringComparison.Ordinal);
        var all = await first.UntilAsync(Ended, id);
        Assert.Contains(all, one => one.Type == Scheduled && one.Subject == id);
        Assert.Contains(all, one => one.Type == "pylon.batch.phase_progressed.v1" && one.Subject == id);
        Assert.Equal(all.Count, all.Select(one => one.Id).Distinct().Count());

        // A mark after which nothing of this workload comes.
        var mark = await Gateway.SubmitAsync(new { workload_name = "the mark" });
        List<ReceivedEvent> received = [.. all, .. await first.UntilAsync(Recommended, mark)];
        foreach (var last in (int[])[0, 1, received.Count / 3, received.Count / 2, all.Count - 1, received.Count - 2])
        {
            await using var late = await Gateway.SubscribeAsync(received[last].Position);
            var rest = received.Skip(last + 1).ToList();
            var missed = new List<ReceivedEvent>();
            while (missed.Count < rest.Count)
                missed.Add((await late.NextAsync())!);
            AssertSame(rest, missed);
        }

        var (polled, _) = await Gateway.PollAsync();
        var ids = polled.Select(one => one["id"]!.GetValue<string>()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Subset(ids.ToHashSet(StringComparer.Ordinal), received.Select(one => one.Id).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WhatHappensWhileTheGatewayIsDownIsThereWhenItIsBack()
    {
        var gateway = kafka.Stack.Processes.Single(process => process.Name == "gateway");
        var before = await Gateway.SubmitAsync(new { workload_name = "before the kill" });
        await Gateway.UntilAsync(before, "PENDING_USER_CHOICE", Patience);
        ReceivedEvent last;
        await using (var first = await Gateway.SubscribeAsync())
        {
            var id = await Gateway.SubmitAsync(new { workload_name = "seen before the kill" });
            last = (await first.UntilAsync(Recommended, id))[^1];
        }

        await gateway.KillAsync();
        string missed;
        try
        {
            await kafka.Stack.Database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, status, bpp_processed) VALUES ('while it is down', 'queued', false)");
            missed = (await kafka.Stack.Database.QueryAsync("SELECT id FROM compute_workloads WHERE workload_name = $1", "while it is down"))[0][0]!.ToString()!;
            await Eventually.True(
                async () => (await kafka.Stack.Database.QueryAsync("SELECT 1 FROM orchestrator.outbox WHERE subject = $1 AND published_at IS NOT NULL", missed)).Count > 0,
                Patience,
                "its first event is on the stream");
        }
        finally
        {
            // Callbacks of the provider come through it, too: without it the workload does not go on.
            await gateway.StartAsync();
        }

        await using var back = await Gateway.SubscribeAsync(last.Position, "workloads");
        var received = (await back.UntilAsync(Recommended, missed)).Where(one => one.Subject == missed).ToList();
        Assert.Equal("pylon.workload.queued.v1", received[0].Type);
        var stored = (await Gateway.EventsOfAsync(missed)).Where(one => one["type"]!.GetValue<string>().StartsWith("pylon.workload.", StringComparison.Ordinal)).ToList();
        Assert.Equal(stored.Take(received.Count).Select(one => one["id"]!.GetValue<string>()), received.Select(one => one.Id));
    }

    [Fact]
    public async Task ACompletionThatAnotherSystemWritesIsTakenAndABadOneIsADeadLetter()
    {
        const string Foreign = "huleedu.batch.nlp.phase.completed.v1";
        using (var other = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build())
            await other.ProduceAsync(Foreign, new Message<string, string> { Key = "b", Value = "no json" });

        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = kafka.Brokers, GroupId = "test" }).Build();
        consumer.Assign(Enumerable.Range(0, 4).Select(partition => new TopicPartitionOffset(Foreign + ".DLQ", partition, Offset.Beginning)));
        using var bound = new CancellationTokenSource(Patience);
        var letter = consumer.Consume(bound.Token);

        Assert.Contains("no json", System.Text.Encoding.UTF8.GetString(letter.Message.Headers.GetLastBytes("pylon_original")), StringComparison.Ordinal);
        Assert.NotEmpty(letter.Message.Headers.GetLastBytes("pylon_reason"));
    }

    // Each once, and those of a subject and topic in their order.
    private static void AssertSame(IEnumerable<ReceivedEvent> expected, IEnumerable<ReceivedEvent> found) => Assert.Equal(
        expected.OrderBy(Line, StringComparer.Ordinal).Select(one => one.Id), found.OrderBy(Line, StringComparer.Ordinal).Select(one => one.Id));

    private static string Line(ReceivedEvent one) => $"{one.Subject} {one.Type.Split('.')[1]}";
}
