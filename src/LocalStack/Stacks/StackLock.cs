using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Stacks;

/// <summary>The supervisor of a checkout holds it; the system releases it even after a kill -9.</summary>
public sealed class StackLock : IDisposable
{
    private readonly FileStream _file;

    private StackLock(FileStream file) => _file = file;

    /// <summary>The lock, or null when another process holds it.</summary>
    public static StackLock? TryTake(Checkout checkout)
    {
        checkout.MakeHome();
        try
        {
            return new StackLock(new FileStream(checkout.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StackException($"Cannot write {checkout.LockFile}: {e.Message} Another user may have run pylon here before.", e);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
