using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Pylon.Cli.Client;
using Pylon.Cli.Commands;
using Pylon.LocalStack.Machine;
using Spectre.Console;

// A table keeps its width when the output goes into a file.
AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 200);
if (Console.IsOutputRedirected)
    (AnsiConsole.Profile.Capabilities.Ansi, AnsiConsole.Profile.Capabilities.ColorSystem) = (false, ColorSystem.NoColors);

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

try
{
    var checkout = Checkout.Find();
    // A RootCommand would have the name of the assembly.
    var root = new Command("pylon", "Pylon places flexible compute work where and when electricity is clean and cheap.")
    {
        new HelpOption(),
        new VersionOption(),
        UpCommand.Create(checkout),
        DownCommand.Create(checkout),
        StatusCommand.Create(checkout),
        TestCommand.Create(checkout),
        CheckCommand.Create(checkout),
        DemoCommand.Create(checkout),
        WorkloadCommands.Submit(checkout, TimeProvider.System),
        WorkloadCommands.Replay(checkout, TimeProvider.System),
        WatchCommand.Create(checkout),
        WorkloadCommands.Choose(checkout),
        WorkloadCommands.Show(checkout),
        WorkloadCommands.List(checkout),
        GridCommands.Create(checkout),
        ImportCommand.Create(checkout),
        PlanCommand.Create(checkout, TimeProvider.System),
        AuditCommands.Decisions(checkout),
        AuditCommands.Audit(checkout),
        RegistryCommands.Registry(checkout),
        RegistryCommands.World(checkout),
    };
    // Our own signal handling stops the stack in order, which may take long.
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await root.Parse(args).InvokeAsync(invocation, stop.Token);
}
catch (Exception e) when (e is StackException or ApiException)
{
    await Console.Error.WriteLineAsync("pylon: " + e.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

// The first signal stops everything in order; the second one has the system's default effect.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
