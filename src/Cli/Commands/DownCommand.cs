using System.CommandLine;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon down</c>: stops what <c>pylon up</c> of this checkout has started.</summary>
internal static class DownCommand
{
    // Each service and server has ten seconds to stop.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Command Create(Checkout checkout)
    {
        var command = new Verb("down", "Stop everything that ./pylon up started here; the data stay", "down");
        command.SetAction((_, cancellationToken) => RunAsync(checkout, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Checkout checkout, CancellationToken cancellationToken)
    {
        var state = StackState.Read(checkout);
        if (state.IsSupervised)
            await state.Supervisor!.EndAsync(Signal.Terminate, Patience, cancellationToken);

        // A supervisor that was killed, now or earlier, leaves processes behind.
        state = StackState.Read(checkout);
        await state.EndLeftoversAsync(Console.WriteLine, cancellationToken);
        if (state.Phase != StackPhase.Stopped)
        {
            (state with { Phase = StackPhase.Stopped, Supervisor = null, Processes = [] }).Write(checkout);
            File.Delete(checkout.EnvFile);
        }

        Console.WriteLine("Pylon is stopped.");
        return 0;
    }
}
