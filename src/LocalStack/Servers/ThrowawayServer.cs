using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Servers;

/// <summary>Starts a server in a directory of its own, on a random port.</summary>
internal static class ThrowawayServer
{
    private const int Attempts = 3;

    public static async Task<T> StartAsync<T>(string what, Func<string, int, Task<T>> start)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = Ports.Throwaway();
            try
            {
                return await start(ThrowawayDirectory.Create(what), port);
            }
            catch (StackException) when (attempt < Attempts && !Ports.IsFree(port))
            {
                // another process took the port before the server did
            }
        }
    }
}
