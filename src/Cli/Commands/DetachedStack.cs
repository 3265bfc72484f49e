using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Stacks;

namespace Pylon.Cli.Commands;

/// <summary>Starts <c>pylon up</c> in the background, and shows its output until it is ready.</summary>
internal static class DetachedStack
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<int> StartAsync(Checkout checkout, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        using (var free = StackLock.TryTake(checkout))
        {
            if (free is null)
                return UpCommand.RunningAlready(checkout);
        }

        var log = new LogFile(Path.Combine(checkout.Logs, "up.log"));
        log.Rotate();
        var plan = new LaunchPlan(Dotnet.Program, [typeof(DetachedStack).Assembly.Location, "up", .. options], log.Path)
        {
            WorkingDirectory = checkout.Root,
            SignalWhenOrphaned = null,
        };
        using var child = await Spawner.StartAsync(plan);
        using var output = new StreamReader(new FileStream(log.Path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        try
        {
            while (!child.HasExited && !IsReady(checkout, child.Id))
            {
                Console.Write(await output.ReadToEndAsync(cancellationToken));
                await Task.Delay(Pause, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Signals.Send(child.Id, Signal.Terminate);
            await child.WaitForExitAsync(CancellationToken.None);
        }

        Console.Write(await output.ReadToEndAsync(CancellationToken.None));
        if (child.HasExited)
            return child.ExitCode == 0 ? 1 : child.ExitCode;
        Console.WriteLine($"Pylon runs in the background (pid {child.Id}, log {log.Path}).");
        return 0;
    }

    private static bool IsReady(Checkout checkout, int pid) =>
        StackState.Read(checkout) is { Phase: StackPhase.Ready, Supervisor: { } supervisor } && supervisor.Pid == pid;
}
