using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Pylon.Client.Streams;

/// <summary>A stream that is opened again after a break.</summary>
internal static class Resumed
{
    /// <summary>
    /// The items of one stream after the other. The first one must open; a later break is followed by a pause and the next
    /// attempt, until the pauses end: then by the error.
    /// </summary>
    /// <param name="open">Opens it, behind the last item where it has positions; and whether it is known to be open before its first item.</param>
    /// <param name="ends">True when a stream that ends without an error is over; else it is opened again.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Func<CancellationToken, Task<(AsyncServerStreamingCall<T> Call, bool IsOpen)>> open, bool ends, Pauses pauses, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wasOpen = false;
        while (true)
        {
            var (call, isOpen, failure) = await OpenAsync(open, wasOpen, cancellationToken);
            wasOpen |= isOpen;
            var opened = time.GetTimestamp();
            using (call)
            {
                while (call is not null)
                {
                    (var hasItem, failure) = await NextAsync(call.ResponseStream, wasOpen, cancellationToken);
                    if (!hasItem)
                        break;
                    wasOpen = true;
                    pauses.Reset();
                    yield return call.ResponseStream.Current;
                }
            }

            if (failure is null && ends)
                yield break;
            wasOpen = true;
            // A stream that was quiet all the time is no break.
            if (isOpen && time.GetElapsedTime(opened) >= Pauses.Longest)
                pauses.Reset();
            var pause = pauses.Next() ?? throw failure ?? new RpcException(new Status(StatusCode.Unavailable, "The stream ends again and again without an item."));
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private static async Task<(AsyncServerStreamingCall<T>? Call, bool IsOpen, RpcException? Failure)> OpenAsync<T>(
        Func<CancellationToken, Task<(AsyncServerStreamingCall<T> Call, bool IsOpen)>> open, bool wasOpen, CancellationToken cancellationToken)
    {
        try
        {
            var (call, isOpen) = await open(cancellationToken);
            return (call, isOpen, null);
        }
        catch (RpcException e)
        {
            return (null, false, IsBreak(e, wasOpen, cancellationToken));
        }
    }

    private static async Task<(bool HasItem, RpcException? Failure)> NextAsync<T>(IAsyncStreamReader<T> items, bool wasOpen, CancellationToken cancellationToken)
    {
        try
        {
            return (await items.MoveNext(cancellationToken), null);
        }
        catch (RpcException e)
        {
            return (false, IsBreak(e, wasOpen, cancellationToken));
        }
    }

    // The error of a break; any other one is the caller's.
    private static RpcException IsBreak(RpcException error, bool wasOpen, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var mayPass = error.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Internal or StatusCode.Unknown
            or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.DeadlineExceeded;
        return wasOpen && mayPass ? error : throw error;
    }
}
