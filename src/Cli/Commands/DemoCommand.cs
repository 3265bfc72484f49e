using System.CommandLine;
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
        var events = new WorkloadEvents(client);
        var listener = events.ListenAsync(listening.Token);

        Console.WriteLine("1. Submit 'Demo training run'");
        var workload = await Flow.SubmitAsync(client, "Demo training run", cancellationToken);
        events.Show(workload.Id);
        Console.WriteLine($"   queued as {workload.Id}\n\n2. Watch DISCOVER, SELECT, INIT, CONFIRM");
        workload = await Flow.UntilAsync(client, workload.Id, one => one.WaitsForChoice, Limit, cancellationToken);
        await events.UntilAsync("workload.recommended", LastEvents);

        Console.WriteLine("\n3. The recommendations");
        AnsiConsole.Write(Tables.Recommendations(workload));
        if (workload.Summary.Length > 0)
            Console.WriteLine(workload.Summary);

        Console.WriteLine("\n4. Choose 1");
        await client.ChooseAsync(workload.Id, 1, cancellationToken);
        workload = await Flow.UntilAsync(client, workload.Id, one => one.State == "scheduled", Limit, cancellationToken);
        await events.UntilAsync("workload.scheduled", LastEvents);
        Console.WriteLine($"   {workload.WorkloadName} is {workload.State} with option {workload.ChosenOption}");

        Console.WriteLine($"\n5. Watch the phases of {workload.Pipeline}");
        workload = await Flow.UntilAsync(client, workload.Id, one => one.IsOver, Limit, cancellationToken);
        await events.UntilAsync("workload.run_ended", LastEvents);
        Console.WriteLine($"   {workload.Run?.Line()}");

        await listening.CancelAsync();
        await listener.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Prints the events of one workload. It keeps the events that arrive before the id of the workload is known.</summary>
    private sealed class WorkloadEvents(PylonClient client)
    {
        private readonly Lock _lock = new();
        private readonly List<Broadcast> _early = [];
        private readonly HashSet<string> _seen = [];
        private readonly SemaphoreSlim _news = new(0);
        private string? _id;

        public async Task ListenAsync(CancellationToken cancellationToken)
        {
            await foreach (var one in client.BroadcastAsync(after: null, cancellationToken))
            {
                lock (_lock)
                {
                    if (_id is null)
                        _early.Add(one);
                    else
                        ShowOne(one);
                }

                _news.Release();
            }
        }

        public void Show(string id)
        {
            lock (_lock)
            {
                _id = id;
                _early.ForEach(ShowOne);
            }
        }

        // The state was read before: its event may arrive a moment later, or not at all.
        public async Task UntilAsync(string type, TimeSpan limit)
        {
            using var timeout = new CancellationTokenSource(limit);
            try
            {
                while (!Has(type))
                    await _news.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine($"   (no event {type} on the broadcast yet)");
            }
        }

        private bool Has(string type)
        {
            lock (_lock)
                return _seen.Contains(type);
        }

        private void ShowOne(Broadcast one)
        {
            if (one.Subject != _id)
                return;
            _seen.Add(one.Type);
            Console.WriteLine("   " + WatchCommand.Line(one));
        }
    }
}
