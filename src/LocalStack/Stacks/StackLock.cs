using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Stacks;

/// <summary>Held by the supervisor of a checkout while it lives; the system lets go of it even after a kill -9.</summary>
public sealed class StackLock : IDisposable
{
    private readonly FileStream _file;

    private StackLock(FileStream file) => _file = file;

    /// <summary>The lock, or null when another process has it.</summary>
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

    public void Dispose() => _file.Dispose();
}
