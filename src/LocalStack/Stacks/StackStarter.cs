using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Stacks;

/// <summary>Starts a stack; when another process takes one of its ports before it listens there, again on others.</summary>
internal static class StackStarter
{
    private const int Attempts = 3;

    /// <param name="choose">Chooses ports, for each attempt anew.</param>
    /// <param name="changed">Called when a process of the stack was started or has ended.</param>
    /// <param name="cancellationToken">Stops the start, and what was started.</param>
    public static async Task<RunningStack> StartAsync(Func<Task<StackOptions>> choose, Action<RunningStack>? changed, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var options = await choose();
            try
            {
                return await RunningStack.StartAsync(options, changed, cancellationToken);
            }
            catch (StackException e) when (attempt < Attempts && options.Addresses.Ports.Values.Any(port => !Ports.IsFree(port)))
            {
                // Ours are stopped again, so another process has a port.
                options.Reporter.Warn(e.Message.Split('\n')[0] + " Another process took a port; trying others.");
            }
        }
    }
}
