using System.CommandLine;
using System.Diagnostics;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon up</c>: starts everything on this machine and takes one workload through the flow.</summary>
internal static class UpCommand
{
    private const string FirstWorkload = "Test ML Training Job";
    private static readonly TimeSpan FlowLimit = TimeSpan.FromSeconds(60);

    public static Command Create(Checkout checkout)
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Run in the background; ./pylon down stops it" };
        var command = new Command("up", "Build and start everything, and take one workload through the flow") { detach };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(detach)
            ? DetachedStack.StartAsync(checkout, cancellationToken)
            : RunAsync(checkout, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Checkout checkout, CancellationToken cancellationToken)
    {
        using var held = StackLock.TryTake(checkout);
        if (held is null)
            return RunningAlready(checkout);

        var clock = Stopwatch.StartNew();
        var session = new StackSession(checkout, new ConsoleReporter(), TimeProvider.System);
        try
        {
            await session.RunAsync(
                async (addresses, stop) =>
                {
                    if (await FailureOfFlowAsync(addresses.Url, stop) is { } failure)
                        Console.WriteLine($"\nThe first workload did not get its recommendations: {failure}\nThe stack stays up. Try again with ./pylon demo; ./pylon status has the logs.");
                    Hints.Write(checkout, addresses.Variables.ToDictionary());
                    Console.WriteLine($"\nPylon is up after {clock.Elapsed.TotalSeconds:0} s. Ctrl-C here or ./pylon down stops it.");
                },
                cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // stopped before it was ready
        }

        Console.WriteLine("Pylon is stopped.");
        return 0;
    }

    internal static int RunningAlready(Checkout checkout)
    {
        var state = StackState.Read(checkout);
        if (state.Phase != StackPhase.Ready)
        {
            Console.WriteLine($"Another ./pylon up of this checkout is {state.Phase.ToString().ToLowerInvariant()} (pid {state.Supervisor?.Pid}). Wait for it, or stop it with ./pylon down");
            return 1;
        }

        Console.WriteLine($"Pylon is already running (pid {state.Supervisor?.Pid}).");
        Hints.Write(checkout, EnvFile.Read(checkout));
        return 0;
    }

    /// <summary>Shows a workload on its way; why it did not arrive, or null. Whatever fails here, the stack itself runs.</summary>
    internal static async Task<string?> FailureOfFlowAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            await ShowFlowAsync(url, cancellationToken);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return e.Message;
        }
    }

    private static async Task ShowFlowAsync(string url, CancellationToken cancellationToken)
    {
        using var client = new PylonClient(url);
        var submitted = await Flow.SubmitAsync(client, FirstWorkload, cancellationToken);
        Console.WriteLine($"\nWorkload '{submitted.WorkloadName}' {submitted.Id}");
        var clock = Stopwatch.StartNew();
        var workload = await Flow.UntilAsync(client, submitted.Id, one => one.WaitsForChoice, FlowLimit, cancellationToken);
        Console.WriteLine($"DISCOVER, SELECT, INIT and CONFIRM took {clock.Elapsed.TotalSeconds:0.0} s; its recommendations:");
        AnsiConsole.Write(Tables.Recommendations(workload));
        Console.WriteLine($"Choose one with: ./pylon choose {workload.Id} 1");
    }
}
