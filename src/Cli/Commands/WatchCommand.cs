using System.CommandLine;
using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon watch</c>: prints the events as they happen, all of them or those of one workload.</summary>
internal static class WatchCommand
{
    public static Command Create(CommandContext context)
    {
        var id = new Argument<string?>("id") { Description = "Only this workload, until it is over", Arity = ArgumentArity.ZeroOrOne };
        var topics = new Option<string[]>("--topics") { Description = "Only these topics: workloads, batches, grid, decisions, insights", AllowMultipleArgumentsPerToken = true };
        topics.AcceptOnlyFromAmong("workloads", "batches", "grid", "decisions", "insights");
        var after = new Option<string?>("--after") { Description = "Begin behind this position of an earlier run (--json has it with each event)" };
        var command = new Verb("watch", "Print events as they happen; after a break it goes on with those that it missed", "watch --topics workloads insights") { id, topics, after };
        command.Only(result => result.GetValue(id) is null, "without an id", topics, after);
        return command.Calls(context, call => call.Value(id) is { Length: > 0 } workload
            ? WorkloadAsync(call, workload)
            : EverythingAsync(call, new FollowOptions { Topics = call.Value(topics) ?? [], After = call.Value(after) }));
    }

    private static async Task<int> EverythingAsync(Call call, FollowOptions options)
    {
        await foreach (var item in call.Client.FollowAsync(options, call.CancellationToken))
        {
            if (call.Json)
            {
                call.Screen.JsonLine(item);
                continue;
            }

            if (item.Gap)
                call.Screen.Line("… some events are no longer kept and were skipped");
            if (item.Event is { } happened)
                call.Screen.Line(EventText.Line(happened));
        }

        return ExitCode.Done;
    }

    // A line for each state, and the recommendations from the choice on.
    private static async Task<int> WorkloadAsync(Call call, string id)
    {
        var (screen, shown, shownRun) = (call.Screen, WorkloadStatus.Unspecified, "");
        Workload? last = null;
        await foreach (var workload in call.Client.WatchWorkloadAsync(id, followRun: true, cancellationToken: call.CancellationToken))
        {
            last = workload;
            if (call.Json)
            {
                screen.JsonLine(workload);
                continue;
            }

            if (workload.Status != shown)
                ShowState(screen, workload);
            shown = workload.Status;
            if (workload.Run is { } run && WorkloadText.Run(run) is var line && line != shownRun)
                screen.Line($"{Figures.Clock(run.UpdatedAt ?? workload.UpdatedAt)}  {shownRun = line}");
        }

        return last is not null && Flow.HasFailed(last) ? ExitCode.Failed : ExitCode.Done;
    }

    private static void ShowState(Screen screen, Workload workload)
    {
        screen.Line($"{Figures.Clock(workload.UpdatedAt)}  {Words.Of(workload.Status)}  {workload.FailureReason}".TrimEnd());
        if (Flow.WaitsForChoice(workload) || (Flow.IsSettled(workload) && workload.Recommendations.Count > 0))
            screen.Show(WorkloadText.Recommendations(workload));
    }
}
