using Google.Protobuf;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>Without anybody who samples: the events are in the trace that the row has.</summary>
public sealed class UntracedTests
{
    [Fact]
    public async Task EveryEventOfAWorkloadIsInTheTraceOfItsSubmission()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Bpp:MaxAttempts=2");
        await stack.FaultAsync(new { action = "discover", kind = "nack" });
        const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        await stack.Database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, traceparent) VALUES ('traced', $1)", Traceparent);
        var id = (await stack.Database.ScalarAsync<Guid>("SELECT id FROM compute_workloads")).ToString();
        var offered = await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        await stack.ChooseAsync(id, 2);
        await Eventually.True(() => stack.Conductor.Traces.Any(trace => trace?.Contains(Traceparent[3..35], StringComparison.Ordinal) == true), because: "the Conductor is called in this trace");
        // As a provider does that propagates nothing.
        var notice = $$$$"""{"context":{"action":"on_cancel","message_id":"own","bpp_id":"sandbox.pylon.local","transaction_id":"{{{{await stack.Database.ScalarAsync<Guid>("SELECT transaction_id FROM beckn_orders WHERE state = 'confirmed'")}}}}"},"message":{"order":{}}}""";
        await stack.Beckn.ReceiveCallbackAsync(new ReceiveCallbackRequest { Action = "on_cancel", Body = ByteString.CopyFromUtf8(notice) });
        await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        await stack.CancelAsync(id);
        await stack.UntilAsync(id, WorkloadStatus.Cancelled);

        var events = await stack.Database.ListAsync<string>("SELECT split_part(type, '.', 3) || ' ' || coalesce(traceparent, 'none') FROM outbox WHERE subject = $1", id);
        Assert.Contains(events, e => e.StartsWith("retry_scheduled ", StringComparison.Ordinal));
        Assert.Contains(events, e => e.StartsWith("booking_cancelled ", StringComparison.Ordinal));
        Assert.DoesNotContain(events, e => e.EndsWith(" none", StringComparison.Ordinal));
    }
}
