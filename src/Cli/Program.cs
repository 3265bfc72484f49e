using System.Runtime.InteropServices;
using Pylon.Cli.Commands;
using Pylon.Cli.Connections;
using Pylon.Cli.Output;
using Pylon.LocalStack.Machine;
using Spectre.Console;

// The steps of up and test have no colours in a file.
if (Console.IsOutputRedirected)
    (AnsiConsole.Profile.Width, AnsiConsole.Profile.Capabilities.Ansi, AnsiConsole.Profile.Capabilities.ColorSystem) = (200, false, ColorSystem.NoColors);

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

var screen = Screen.OfConsole();
try
{
    var checkout = Checkout.Find();
    return await PylonCommand.RunAsync(new CommandContext(checkout, screen, TimeProvider.System, () => GatewayAddress.Connect(checkout)), args, stop.Token);
}
catch (StackException e)
{
    await Console.Error.WriteLineAsync("pylon: " + e.Message);
    return ExitCode.Failed;
}

// The first signal stops everything in order; the second one has the system's default effect.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
