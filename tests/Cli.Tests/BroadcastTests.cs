using System.Net.ServerSentEvents;
using Pylon.Cli.Client;
using Pylon.Cli.Commands;

namespace Pylon.Cli.Tests;

public sealed class BroadcastTests
{
    private const string Data = """
        {"specversion": "1.0", "id": "e1", "source": "pylon/orchestrator", "type": "pylon.workload.step_completed.v1",
         "subject": "7c9e6679", "time": "2026-03-01T09:00:00.125Z", "datacontenttype": "application/json",
         "data": {"workload_id": "7c9e6679", "action": "select", "transaction_id": "t", "message_id": "m", "option": 1}}
        """;

    [Fact]
    public void EventIsOneLine()
    {
        var one = Broadcast.Read(new SseItem<string>(Data) { EventId = "17-0" })!;

        Assert.Equal("09:00:00.125  workload.step_completed  7c9e6679  action=select  option=1", WatchCommand.Line(one));
    }

    [Fact]
    public void PhaseEventsAreShort()
    {
        const string Progressed = """
            {"type": "pylon.batch.phase_progressed.v1", "subject": "7c9e6679", "time": "2026-03-01T09:00:00Z",
             "data": {"batch_id": "7c9e6679", "phase_name": "train", "entity_id": "part-4", "succeeded": true, "error_code": "",
              "correlation_id": "c", "completed": "4", "failed": "0", "total": "4", "phase_complete": true}}
            """;
        Assert.Equal("train part-4 done, 4/4 ✓", Broadcast.Read(new SseItem<string>(Progressed))!.Details());
        const string Defined = """
            {"type": "pylon.batch.pipeline_defined.v1",
             "data": {"batch_id": "7c9e6679", "pipeline": "p", "final_pipeline": ["prepare", "train"], "correlation_id": "c"}}
            """;
        Assert.Equal("pipeline=p  final_pipeline=prepare,train", Broadcast.Read(new SseItem<string>(Defined))!.Details());
    }

    [Fact]
    public void PositionIsTheIdOfTheEventInTheStream() =>
        Assert.Equal("workloads:18-0", Broadcast.Read(new SseItem<string>(Data) { EventId = "workloads:18-0" })!.Position);

    [Fact]
    public void GapHasNoEvent()
    {
        var one = Broadcast.Read(new SseItem<string>("""{"gap": true, "position": "20-0"}"""))!;

        Assert.True(one.Gap);
        Assert.Null(one.Event);
    }

    [Theory]
    [InlineData("+90m", "2026-03-01T01:30:00Z")]
    [InlineData("+2d", "2026-03-03T00:00:00Z")]
    [InlineData("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z")]
    [InlineData("2026-05-01 12:00", "2026-05-01T12:00:00Z")]
    public void DeadlineIsATimeOrADurationFromNow(string text, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture),
        WorkloadCommands.Moment(text, new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)));
}
