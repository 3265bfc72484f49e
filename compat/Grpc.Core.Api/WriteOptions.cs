namespace Grpc.Core;

/// <summary>Wishes for how messages are written.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message may wait for the next one before it is flushed.</summary>
    BufferHint = 0x1,

    /// <summary>The message is sent as it is, though the call compresses.</summary>
    NoCompress = 0x2,
}

/// <summary>How the messages that follow are written.</summary>
public class WriteOptions(WriteFlags flags = default)
{
    public static readonly WriteOptions Default = new();

    public WriteFlags Flags { get; } = flags;
}
