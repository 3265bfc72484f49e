namespace Pylon.LocalStack.Processes;

internal static class StackProcessStart
{
    /// <summary>Starts it and hands it back; when it does not come up, nothing of it stays.</summary>
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
