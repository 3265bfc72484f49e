using System.CommandLine;
using Pylon.Cli.Output;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>show</c>, <c>list</c>, <c>choose</c>, <c>cancel</c>.</summary>
internal static class WorkloadCommands
{
    public static Command Show(CommandContext context)
    {
        var id = Options.Id("workload");
        var command = new Verb("show", "Show a workload with its recommendations and its phases", "show fcd74f23-c7b7-4476-8ce1-f2a881ab5a27") { id };
        return command.Calls(context, async call =>
        {
            var answer = await call.Client.Workloads.GetWorkloadAsync(new() { Id = call.Required(id) }, cancellationToken: call.CancellationToken);
            var parts = call.Json ? [] : await WorkText.OfAsync(call.Client, answer.Workload, call.CancellationToken);
            call.Show(answer.Workload, workload =>
            {
                WorkloadText.Show(call.Screen, workload);
                if (WorkText.Table(parts, workload.Job.Length > 0) is { } table)
                    call.Screen.Show(table);
            });
        });
    }

    public static Command List(CommandContext context)
    {
        var size = Options.Limit(20, 500);
        var status = Options.OneOf("--status", "Only those in this state", "queued", "processing", "pending-user-choice", "choosing", "scheduled", "failed", "cancelling", "cancelled");
        var command = new Verb("list", "List the workloads, newest first", "list --status failed --limit 50") { size, status };
        return command.Calls(context, async call =>
        {
            var request = new ListWorkloadsRequest { PageSize = call.Value(size) };
            if (call.Value(status) is { } word)
                request.Status.Add(Words.Read<WorkloadStatus>(word));
            var answer = await call.Client.Workloads.ListWorkloadsAsync(request, cancellationToken: call.CancellationToken);
            call.Show(answer.Workloads, WorkloadText.List, "There are no workloads. Submit one with ./pylon submit");
        });
    }

    public static Command Choose(CommandContext context)
    {
        var id = Options.Id("workload");
        var option = Options.RangeArgument("option", "1, 2 or 3", 1, 3);
        var command = new Verb("choose", "Choose one of the three recommendations", "choose fcd74f23-c7b7-4476-8ce1-f2a881ab5a27 1") { id, option };
        return command.Calls(context, async call =>
        {
            var request = new ChooseRecommendationRequest { Id = call.Required(id), Option = call.Required(option) };
            var answer = await call.Client.Workloads.ChooseRecommendationAsync(request, cancellationToken: call.CancellationToken);
            call.Show(answer.Workload, workload => WorkloadText.Show(call.Screen, workload));
        });
    }

    public static Command Cancel(CommandContext context)
    {
        var id = Options.Id("workload");
        var command = new Verb("cancel", "Cancel a workload and its bookings", "cancel fcd74f23-c7b7-4476-8ce1-f2a881ab5a27") { id };
        return command.Calls(context, async call =>
        {
            var answer = await call.Client.Workloads.CancelWorkloadAsync(new() { Id = call.Required(id) }, cancellationToken: call.CancellationToken);
            call.Show(answer.Workload, workload => WorkloadText.Show(call.Screen, workload));
        });
    }
}
