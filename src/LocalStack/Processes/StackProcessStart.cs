namespace Pylon.LocalStack.Processes;

internal static class StackProcessStart
{
    /// <summary>Starts the process and returns it; when it does not start, it is disposed.</summary>
    public static async Task<T> StartedAsync<T>(this T process, CancellationToken cancellationToken)
        where T : StackProcess
    {
        try
        {
            await process.StartAsync(cancellationToken);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
