using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>What the queue does for a workload is in the trace of its submission.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Pylon.Orchestrator" or "Microsoft.AspNetCore" or "System.Net.Http" or "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task SubmissionItsProviderCallsSqlAndEventsAreOneTrace(string style)
    {
        await using var stack = await OrchestratorStack.StartAsync(style);
        var (root, id) = await TracedAsync(() => stack.SubmitAsync());
        await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);

        var process = await SpanAsync(a => a.OperationName == "workload process" && a.TraceId == root.TraceId);
        Assert.Equal((ActivityKind.Consumer, id), (process.Kind, process.GetTagItem("pylon.workload.id")));
        foreach (var action in (string[])["discover", "select", "init", "confirm"])
        {
            var call = await SpanAsync(a => a.TraceId == root.TraceId && Url(a).EndsWith($"/bpp/{action}", StringComparison.Ordinal));
            Assert.Contains(process.SpanId, Ancestors(call));
        }

        Assert.Contains(_ended, a => a.Source.Name == "Npgsql" && Ancestors(a).Contains(process.SpanId));
        Assert.Contains(_ended, a => a.Source.Name == "Microsoft.AspNetCore" && a.SpanId == process.ParentSpanId);
        var events = await stack.Database.ListAsync<string>(
            "SELECT traceparent FROM outbox WHERE subject = $1 AND type IN ('pylon.workload.queued.v1', 'pylon.workload.step_completed.v1')", id);
        Assert.Equal(5, events.Count);
        Assert.All(events, traceparent => Assert.Equal(root.TraceId, ActivityContext.Parse(traceparent, null).TraceId));
    }

    [Fact]
    public async Task WorkloadFromPsqlBeginsANewTrace()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync("INSERT INTO compute_workloads (workload_name) VALUES ('by psql')");
        var id = await stack.Database.ScalarAsync<Guid>("SELECT id FROM compute_workloads");
        await stack.UntilAsync(id.ToString(), WorkloadStatus.PendingUserChoice);
        var process = await SpanAsync(a => a.OperationName == "workload process" && id.ToString().Equals(a.GetTagItem("pylon.workload.id")));
        Assert.Null(process.ParentId);
    }

    [Fact]
    public async Task CallbackIsATraceOfItsOwnWithALinkToTheSubmission()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var (submission, id) = await TracedAsync(() => stack.SubmitAsync());
        var offered = await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        var body = ByteString.CopyFromUtf8($$$"""{"context":{"action":"on_discover","transaction_id":"{{{offered.TransactionId}}}"},"message":{}}""");
        var (callback, _) = await TracedAsync(async () => await stack.Beckn.ReceiveCallbackAsync(new ReceiveCallbackRequest { Action = "on_discover", Body = body }));

        var served = await SpanAsync(a => a.TraceId == callback.TraceId && a.Links.Any());
        Assert.Equal(submission.TraceId, Assert.Single(served.Links).Context.TraceId);
        Assert.NotEqual(submission.TraceId, served.TraceId);
    }

    private static async Task<(Activity Root, T Result)> TracedAsync<T>(Func<Task<T>> act)
    {
        using var root = new Activity("test").Start();
        return (root, await act());
    }

    private static string Url(Activity activity) => activity.GetTagItem("url.full") as string ?? "";

    private Task<Activity> SpanAsync(Func<Activity, bool> wanted) =>
        Eventually.Is(() => Task.FromResult(_ended.FirstOrDefault(wanted)), a => a is not null, because: "the span ends")!;

    private IEnumerable<ActivitySpanId> Ancestors(Activity activity)
    {
        for (var each = activity; each is not null; each = _ended.FirstOrDefault(a => a.SpanId == each.ParentSpanId))
            yield return each.ParentSpanId;
    }
}
