using System.CommandLine;
using System.Diagnostics;
using Pylon.Cli.Output;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;
using Pylon.LocalStack.Stacks;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon roll</c>: a new process in place of each one of the services, one after the other.</summary>
internal static class RollCommand
{
    /// <summary>A new process has to be ready by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Who has lost a connection to the new process looks for it again within 2 s; the next one ends later.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Command Create(CommandContext context)
    {
        var names = new Argument<string[]>("process") { Description = "Names of processes as ./pylon status shows them, or of services; all services without one", Arity = ArgumentArity.ZeroOrMore };
        var command = new Verb("roll", "Restart the services one process after the other; of a fleet (./pylon up --fleet) one of each goes on", "roll orchestrator") { names };
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed.GetValue(names) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string[] names, CancellationToken cancellationToken)
    {
        var state = StackState.Read(context.Checkout);
        if (!state.IsSupervised || state.Phase != StackPhase.Ready)
            throw new CommandException("Pylon is not running here. Start it with ./pylon up", ExitCode.Unreachable);
        var all = state.Processes.Where(process => IsService(process.Name)).ToList();
        if (names.FirstOrDefault(name => !all.Exists(process => IsOf(name, process.Name))) is { } unknown)
            throw new CommandException($"process: '{unknown}' must be one of {string.Join(", ", all.Select(process => process.Name))}", ExitCode.Usage);
        foreach (var process in all.Where(process => names.Length == 0 || Array.Exists(names, name => IsOf(name, process.Name))))
        {
            var clock = Stopwatch.StartNew();
            var successor = await ReplaceAsync(context, process, cancellationToken);
            context.Screen.Line($"{process.Name}: pid {process.Identity.Pid} ended, pid {successor.Identity.Pid} is ready after {clock.Elapsed.TotalSeconds:0.0} s");
            await Task.Delay(Settling, context.Time, cancellationToken);
        }

        return ExitCode.Done;
    }

    // The supervisor starts what has ended again.
    private static async Task<RecordedProcess> ReplaceAsync(CommandContext context, RecordedProcess process, CancellationToken cancellationToken)
    {
        Signals.Send(process.Identity.Pid, Signal.Terminate);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            if (StackState.Read(context.Checkout).Processes.FirstOrDefault(each => each.Name == process.Name) is { IsReady: true } now && now.Identity != process.Identity)
                return now;
            await Task.Delay(Pause, context.Time, cancellationToken);
        }

        throw new CommandException($"{process.Name} was not ready again after {Patience.TotalSeconds:0} s; the others were left alone. Its log: {process.Log}", ExitCode.Unreachable);
    }

    // The Sandbox stands for others; a server is no service.
    private static IEnumerable<ServiceDefinition> Services => ServiceDefinition.All.Where(service => service != ServiceDefinition.Sandbox);

    private static bool IsService(string process) => Services.Any(service => service.Runs(process));

    private static bool IsOf(string name, string process) => name == process || Services.Any(service => service.Name == name && service.Runs(process));
}
