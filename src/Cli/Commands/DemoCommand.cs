using System.CommandLine;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon demo</c>: the main flow, step by step, as the broadcast stream tells it.</summary>
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
        var story = new Story(client);
        var listener = story.ListenAsync(listening.Token);

        Console.WriteLine("1. Submit 'Demo training run'");
        var workload = await Flow.SubmitAsync(client, "Demo training run", cancellationToken);
        story.Tell(workload.Id);
        Console.WriteLine($"   queued as {workload.Id}\n\n2. Watch DISCOVER, SELECT, INIT, CONFIRM");
        workload = await Flow.UntilAsync(client, workload.Id, one => one.WaitsForChoice, Limit, cancellationToken);
        await story.HeardAsync("workload.recommended", LastEvents);

        Console.WriteLine("\n3. The recommendations");
        AnsiConsole.Write(Tables.Recommendations(workload));
        if (workload.Summary.Length > 0)
            Console.WriteLine(workload.Summary);

        Console.WriteLine("\n4. Choose 1");
        await client.ChooseAsync(workload.Id, 1, cancellationToken);
        workload = await Flow.UntilAsync(client, workload.Id, one => one.State == "scheduled", Limit, cancellationToken);
        await story.HeardAsync("workload.scheduled", LastEvents);
        Console.WriteLine($"   {workload.WorkloadName} is {workload.State} with option {workload.ChosenOption}");

        Console.WriteLine($"\n5. Watch the phases of {workload.Pipeline}");
        workload = await Flow.UntilAsync(client, workload.Id, one => one.IsOver, Limit, cancellationToken);
        await story.HeardAsync("workload.run_ended", LastEvents);
        Console.WriteLine($"   {workload.Run?.Line()}");

        await listening.CancelAsync();
        await listener.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Tells the events of one workload as they come in; those that came before its id was known, then.</summary>
    private sealed class Story(PylonClient client)
    {
        private readonly Lock _lock = new();
        private readonly List<Broadcast> _early = [];
        private readonly HashSet<string> _heard = [];
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
                        TellOne(one);
                }

                _news.Release();
            }
        }

        public void Tell(string id)
        {
            lock (_lock)
            {
                _id = id;
                _early.ForEach(TellOne);
            }
        }

        // The table is the truth and was asked first; the event may be a moment behind, and does not have to come.
        public async Task HeardAsync(string type, TimeSpan limit)
        {
            using var patience = new CancellationTokenSource(limit);
            try
            {
                while (!Has(type))
                    await _news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine($"   (the broadcast has not told of {type} yet)");
            }
        }

        private bool Has(string type)
        {
            lock (_lock)
                return _heard.Contains(type);
        }

        private void TellOne(Broadcast one)
        {
            if (one.Subject != _id)
                return;
            _heard.Add(one.Type);
            Console.WriteLine("   " + WatchCommand.Line(one));
        }
    }
}
