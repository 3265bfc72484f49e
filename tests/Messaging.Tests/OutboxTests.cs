using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Events.V1;

namespace Pylon.Messaging.Tests;

public sealed class OutboxTests
{
    [Fact]
    public void TypesAreNamedAsTheProtosSay()
    {
        Assert.Equal("pylon.workload.queued.v1", Outbox.TypeOf(new WorkloadQueued()));
        Assert.Equal("pylon.workload.step_completed.v1", Outbox.TypeOf(new WorkloadStepCompleted()));
        Assert.Equal("pylon.workload.retry_scheduled.v1", Outbox.TypeOf(new WorkloadRetryScheduled()));
        Assert.Throws<ArgumentException>(() => Outbox.TypeOf(new Timestamp()));
    }

    [Fact]
    public void EveryPayloadHasATypeAndGoesThroughItsColumn()
    {
        foreach (var field in Event.Descriptor.Oneofs.Single(o => o.Name == "data").Fields)
        {
            var payload = (IMessage)Activator.CreateInstance(field.MessageType.ClrType)!;
            Assert.Matches(@"^pylon\.[a-z]+\.[a-z_]+\.v[0-9]+$", Outbox.TypeOf(payload));
            var row = new OutboxRow(
                1, Guid.NewGuid(), "t", Outbox.TypeOf(payload), "s", DateTime.UnixEpoch, Outbox.JsonOf(payload), TraceParent: null);
            var (read, dead) = row.Read("pylon/test");
            Assert.Null(dead);
            Assert.Equal(payload, field.Accessor.GetValue(read));
        }
    }

    [Fact]
    public void TheColumnHasTheFieldNamesOfTheProto() => Assert.Equal(
        """{ "workload_queued": { "workload_id": "1", "replayed": true } }""",
        Outbox.JsonOf(new WorkloadQueued { WorkloadId = "1", Replayed = true }));
}
