using Grpc.Core;

namespace Pylon.Rpc;

/// <summary>Write options are a hint: not every host of a service has them, and a call must not fail for it.</summary>
internal static class CallWriteOptions
{
    public static WriteOptions? TryGetWriteOptions(this ServerCallContext call)
    {
        try
        {
            return call.WriteOptions;
        }
        catch (Exception e) when (e is NotImplementedException or NotSupportedException)
        {
            return null;
        }
    }

    public static void TrySetWriteOptions(this ServerCallContext call, WriteOptions? options)
    {
        try
        {
            call.WriteOptions = options;
        }
        catch (Exception e) when (e is NotImplementedException or NotSupportedException)
        {
            // The host compresses or does not, as it likes.
        }
    }
}
