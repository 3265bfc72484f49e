using System.Net.Sockets;
using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>The exceptions of an unreachable or restarting Redis.</summary>
public static class RedisFailure
{
    /// <summary>True for an exception that says that Redis failed, is unreachable, or did not answer in time.</summary>
    public static bool Is(Exception e) =>
        // A bare socket error gets through the library now and then.
        e is RedisException or TimeoutException or IOException or SocketException or ObjectDisposedException;

    /// <summary>True when Redis is unreachable; one that answers with an error is not.</summary>
    public static bool IsUnreachable(Exception e) => Is(e) && e is not RedisServerException;

    /// <summary>
    /// Waits no longer than the bound; after it the outcome is unknown. Calls that were under way on a connection that
    /// breaks are now and then cancelled by the library, which is its failure and not the caller's wish.
    /// </summary>
    /// <exception cref="TimeoutException">The bound was reached.</exception>
    public static async Task<T> WithinAsync<T>(this Task<T> call, TimeSpan bound, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await call.WaitAsync(bound, time, cancellationToken);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RedisConnectionException(ConnectionFailureType.InternalFailure, "The connection was lost while a call was under way.", e);
        }
    }
}
