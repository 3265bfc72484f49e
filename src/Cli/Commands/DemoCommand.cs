using System.CommandLine;
using System.Threading.Channels;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon demo</c>: the main flow, step by step, with its events from the broadcast.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LastEvents = TimeSpan.FromSeconds(2);

    public static Command Create(Checkout checkout)
    {
        var command = new Command("demo", "Submit a workload, watch its flow, choose the first recommendation, watch its phases");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            await RunAsync(client, cancellationToken);
        });
        return command;
    }

    private static async Task RunAsync(PylonClient client, CancellationToken cancellationToken)
    {
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Events may arrive before the id of the workload is known: all of them wait here.
        var events = Channel.CreateUnbounded<Broadcast>();
        var listener = ListenAsync(client, events.Writer, listening.Token);

        Console.WriteLine("1. Submit 'Demo training run'");
        var workload = await Flow.SubmitAsync(client, "Demo training run", cancellationToken);
        Console.WriteLine($"   queued as {workload.Id}\n\n2. Watch DISCOVER, SELECT, INIT, CONFIRM");
        workload = await UntilAsync(one => one.WaitsForChoice, "workload.recommended");

        Console.WriteLine("\n3. The recommendations");
        AnsiConsole.Write(Tables.Recommendations(workload));
        if (workload.Summary.Length > 0)
            Console.WriteLine(workload.Summary);

        Console.WriteLine("\n4. Choose 1");
        await client.ChooseAsync(workload.Id, 1, cancellationToken);
        workload = await UntilAsync(one => one.State == "scheduled", "workload.scheduled");
        Console.WriteLine($"   {workload.WorkloadName} is {workload.State} with option {workload.ChosenOption}");

        Console.WriteLine($"\n5. Watch the phases of {workload.Pipeline}");
        workload = await UntilAsync(one => one.IsOver, "workload.run_ended");
        Console.WriteLine($"   {workload.Run?.Line()}");

        await listening.CancelAsync();
        await listener.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Prints the events of the workload until its state is reached. The last event may arrive a moment later, or not at all.
        async Task<Workload> UntilAsync(Func<Workload, bool> reached, string lastEvent)
        {
            using var showing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var shown = ShowAsync(events.Reader, workload.Id, lastEvent, showing.Token);
            var found = await Flow.UntilAsync(client, workload.Id, reached, Limit, cancellationToken);
            showing.CancelAfter(LastEvents);
            await shown;
            return found;
        }
    }

    private static async Task ListenAsync(PylonClient client, ChannelWriter<Broadcast> events, CancellationToken cancellationToken)
    {
        await foreach (var one in client.BroadcastAsync(after: null, cancellationToken))
            await events.WriteAsync(one, cancellationToken);
    }

    private static async Task ShowAsync(ChannelReader<Broadcast> events, string id, string last, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var one = await events.ReadAsync(cancellationToken);
                if (one.Subject == id)
                    Console.WriteLine("   " + WatchCommand.Line(one));
                if (one.Subject == id && one.Type == last)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"   (no event {last} on the broadcast yet)");
        }
    }
}
