using System.CommandLine;
using System.Threading.Channels;
using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.Events.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon demo</c>: the main flow, step by step, with its events from the broadcast.</summary>
internal static class DemoCommand
{
    private const int MostEvents = 4096;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LastEvents = TimeSpan.FromSeconds(2);

    public static Command Create(CommandContext context)
    {
        var command = new Verb("demo", "Submit a workload, watch its flow, choose the first recommendation, watch its phases", "demo");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var client = context.Connect();
            return await RunAsync(client, context.Screen, context.Time, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(PylonClient client, Screen screen, TimeProvider time, CancellationToken cancellationToken)
    {
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Events may arrive before the id of the workload is known: all of them wait here.
        var events = Channel.CreateBounded<Event>(MostEvents);
        var listener = ListenAsync(client, events.Writer, listening.Token);

        screen.Line("1. Submit 'Demo training run'");
        var submission = new SubmitWorkloadRequest { WorkloadName = "Demo training run", WorkloadType = "TRAINING_RUN" };
        var workload = (await client.Workloads.SubmitWorkloadAsync(submission, cancellationToken: cancellationToken)).Workload;
        screen.Line($"   queued as {workload.Id}\n\n2. Watch DISCOVER, SELECT, INIT, CONFIRM");
        workload = await UntilAsync(Flow.WaitsForChoice, "workload.recommended");

        screen.Line("\n3. The recommendations");
        screen.Show(WorkloadText.Recommendations(workload));
        if (workload.Summary.Length > 0)
            screen.Line(workload.Summary);

        screen.Line("\n4. Choose 1");
        await client.Workloads.ChooseRecommendationAsync(new() { Id = workload.Id, Option = 1 }, cancellationToken: cancellationToken);
        workload = await UntilAsync(one => one.Status == WorkloadStatus.Scheduled, "workload.scheduled");
        screen.Line($"   {workload.WorkloadName} is {Words.Of(workload.Status)} with option {workload.ChosenOption}");

        screen.Line($"\n5. Watch the phases of {workload.Pipeline}");
        workload = await UntilAsync(Flow.IsOver, "workload.run_ended");
        if (workload.Run is { } run)
            screen.Line($"   {WorkloadText.Run(run)}");

        await listening.CancelAsync();
        await listener.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Flow.HasFailed(workload) ? ExitCode.Failed : ExitCode.Done;

        // Prints the events of the workload until its state is reached. The last event may arrive a moment later, or not at all.
        async Task<Workload> UntilAsync(Func<Workload, bool> reached, string lastEvent)
        {
            using var showing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var shown = ShowAsync(screen, events.Reader, workload.Id, lastEvent, showing.Token);
            var found = await Flow.UntilAsync(client, workload, reached, Limit, time, cancellationToken);
            showing.CancelAfter(LastEvents);
            await shown;
            return found;
        }
    }

    private static async Task ListenAsync(PylonClient client, ChannelWriter<Event> events, CancellationToken cancellationToken)
    {
        await foreach (var item in client.FollowAsync(cancellationToken: cancellationToken))
        {
            if (item.Event is { } happened)
                await events.WriteAsync(happened, cancellationToken);
        }
    }

    private static async Task ShowAsync(Screen screen, ChannelReader<Event> events, string id, string last, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var one = await events.ReadAsync(cancellationToken);
                if (one.Subject != id)
                    continue;
                screen.Line("   " + EventText.Line(one));
                if (EventText.Name(one) == last)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            screen.Line($"   (no event {last} on the broadcast yet)");
        }
    }
}
