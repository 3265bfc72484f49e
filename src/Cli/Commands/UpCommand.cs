using System.CommandLine;
using System.Diagnostics;
using Grpc.Core;
using Pylon.Cli.Connections;
using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon up</c>: starts everything on this machine and takes one workload through the flow.</summary>
internal static class UpCommand
{
    private const string Fleet = "--fleet";
    private const string FirstWorkload = "Test ML Training Job";
    private static readonly TimeSpan FlowLimit = TimeSpan.FromSeconds(60);

    public static Command Create(CommandContext context)
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Run in the background; ./pylon down stops it" };
        var command = new Verb("up", "Build and start everything, and take one workload through the flow", "up --detach") { detach, new Option<bool>(Fleet) { Description = "Two of each service, four Orchestrators, and a Redis Cluster of six" } };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(detach)
            ? DetachedStack.StartAsync(context.Checkout, parsed.GetValue<bool>(Fleet) ? [Fleet] : [], cancellationToken)
            : RunAsync(context, parsed.GetValue<bool>(Fleet), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, bool isFleet, CancellationToken cancellationToken)
    {
        var checkout = context.Checkout;
        using var held = StackLock.TryTake(checkout);
        if (held is null)
            return RunningAlready(checkout);

        var clock = Stopwatch.StartNew();
        var session = new StackSession(checkout, new ConsoleReporter(), TimeProvider.System, isFleet);
        try
        {
            await session.RunAsync(
                async (stack, stop) =>
                {
                    using var client = GatewayAddress.Connect(stack.Addresses.Grpc, stack.ApiKey);
                    if (await FailureOfFlowAsync(context with { Connect = () => client }, stop) is { } failure)
                        Console.WriteLine($"\nThe first workload did not get its recommendations: {failure}\nThe stack stays up. Try again with ./pylon demo; the logs are in {checkout.Logs}.");
                    Hints.Write(checkout, stack.Variables.ToDictionary());
                    Console.WriteLine($"Pylon is up after {clock.Elapsed.TotalSeconds:0} s. Ctrl-C here or ./pylon down stops it.");
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
    internal static async Task<string?> FailureOfFlowAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            await ShowFlowAsync(context, cancellationToken);
            return null;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            return Failure.Line(e);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return e.Message;
        }
    }

    private static async Task ShowFlowAsync(CommandContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (client, screen) = (context.Connect(), context.Screen);
        var submission = new SubmitWorkloadRequest { WorkloadName = FirstWorkload, WorkloadType = "TRAINING_RUN" };
        var workload = (await client.Workloads.SubmitWorkloadAsync(submission, cancellationToken: cancellationToken)).Workload;
        screen.Line($"\nWorkload '{workload.WorkloadName}' {workload.Id}");
        var clock = Stopwatch.StartNew();
        workload = await Flow.UntilAsync(client, workload, Flow.WaitsForChoice, FlowLimit, context.Time, cancellationToken);
        screen.Line($"DISCOVER, SELECT, INIT and CONFIRM took {Figures.Length(clock.Elapsed)}; its recommendations:");
        screen.Show(WorkloadText.Recommendations(workload));
        screen.Line($"Choose one with: ./pylon choose {workload.Id} 1");
    }
}
