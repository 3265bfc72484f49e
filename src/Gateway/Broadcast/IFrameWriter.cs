using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Broadcast;

/// <summary>Where the frames of one subscriber go. It has one caller at a time, on any thread.</summary>
internal interface IFrameWriter
{
    /// <summary>Takes a frame; it is sent by the next flush.</summary>
    void Write(BroadcastFrame frame);

    /// <summary>Takes what keeps an idle stream open, if the format has such a thing.</summary>
    void WriteHeartbeat();

    /// <summary>Sends what was taken. It is pending while the subscriber does not read.</summary>
    ValueTask FlushAsync();

    /// <summary>Ends a pending flush and every later one by <see cref="OperationCanceledException"/>; may be called at any time, by anybody.</summary>
    void Abort();
}
