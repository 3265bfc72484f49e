using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Npgsql;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>An attempt ends with its lease, and has a longest duration of its own.</summary>
public sealed class LeaseTests
{
    [Fact]
    public async Task AttemptEndsBeforeALeaseThatCannotBeRenewed()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Bpp:HttpTimeout=00:01:00", "--Bpp:Lease=00:00:04");
        await stack.FaultAsync(new { action = "discover", kind = "delay", delay_ms = 50_000 });
        var outcomes = new ConcurrentQueue<string>();
        using var listener = Outcomes(outcomes);
        var id = await stack.SubmitAsync();
        await Eventually.True(async () => await stack.RequestsAsync("discover") == 1);

        // A renewal now waits for this lock, longer than the lease lasts.
        await using var other = await stack.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"SELECT FROM compute_workloads WHERE id = '{id}' FOR UPDATE", other, transaction))
            await command.ExecuteNonQueryAsync();

        await Eventually.True(() => outcomes.Contains("lost"), TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("confirm")]
    public async Task MessageIsNotPostedWhenTheLeaseIsLostAfterItWasStored(string action)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var outcomes = new ConcurrentQueue<string>();
        using var listener = Outcomes(outcomes);
        var offered = await stack.OfferedAsync();
        var (other, before) = (Guid.NewGuid(), await stack.RequestsAsync(action));
        // As for a process that is frozen here longer than its lease: another has the workload when it goes on.
        stack.BeforePost = async posted =>
        {
            if (posted == action)
                await stack.Database.ExecuteAsync("UPDATE compute_workloads SET lease_owner = $1, due_at = now() + interval '1 hour'", other);
        };

        var asked = action == "cancel" ? stack.CancelAsync(offered.Id) : stack.ChooseAsync(offered.Id, 2);
        await Eventually.True(() => outcomes.Contains("lost"));
        Assert.Equal(before, await stack.RequestsAsync(action));

        stack.BeforePost = null;
        await stack.Database.ExecuteAsync("UPDATE compute_workloads SET lease_owner = NULL, due_at = now()");
        await stack.Database.ExecuteAsync("SELECT pg_notify('workload_due', '')");
        await stack.UntilAsync(offered.Id, action == "cancel" ? WorkloadStatus.Cancelled : WorkloadStatus.Scheduled);
        Assert.Equal(before + 1, await stack.RequestsAsync(action));
        await asked;
    }

    [Fact]
    public async Task AttemptThatTakesTooLongCountsAsFailed()
    {
        await using var stack = await OrchestratorStack.StartAsync(
            "sync", "--Bpp:HttpTimeout=00:01:00", "--Bpp:MaxAttemptDuration=00:00:00.3", "--Bpp:MaxAttempts=2");
        await stack.FaultAsync(new { action = "discover", kind = "delay", delay_ms = 50_000, count = 0 });
        var deadLetters = new ConcurrentQueue<string>();
        using var listener = Tags("pylon_orchestrator_dead_letters", "topic", deadLetters);
        var failed = await stack.UntilAsync(await stack.SubmitAsync(), WorkloadStatus.Failed);
        await Eventually.True(() => deadLetters.Contains("workloads"));
        Assert.Equal((2, "the attempt took longer than 00:00:00.3000000"), (failed.Attempts, failed.FailureReason));
    }

    [Fact]
    public async Task BatchRunThatTakesTooLongFails()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Runs:PollInterval=00:00:00.05", "--Runs:AskAfter=00:00:00.1", "--Runs:MaxDuration=00:00:01");
        var offered = await stack.OfferedAsync();
        await stack.ChooseAsync(offered.Id, 1);
        Assert.Equal("the run did not end within 00:00:01", (await stack.UntilAsync(offered.Id, RunState.Failed)).Run.FailureReason);
        Assert.Equal("pylon.workload.run_ended.v1", (await stack.Database.EventsOfAsync(Guid.Parse(offered.Id)))[^1]);
    }

    // Of all attempts in this process: other tests run beside this one, but none of them loses a lease in this way.
    private static MeterListener Outcomes(ConcurrentQueue<string> outcomes) => Tags("pylon_workload_run_duration", "outcome", outcomes);

    private static MeterListener Tags(string of, string tag, ConcurrentQueue<string> values)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == of)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Take(tags));
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Take(tags));
        listener.Start();
        return listener;

        void Take(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (key, value) in tags)
            {
                if (key == tag)
                    values.Enqueue((string)value!);
            }
        }
    }
}
