using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a message is written to. A library offers what it can; the rest is not implemented.</summary>
public abstract class SerializationContext
{
    /// <summary>Ends the message, all of it given at once.</summary>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>The writer to fill; ended with <see cref="Complete()"/>.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>The length to come, stated before the writer is asked for.</summary>
    public virtual void SetPayloadLength(int payloadLength) => throw new NotImplementedException();

    public virtual void Complete() => throw new NotImplementedException();
}
