using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Fields;

internal static class Messages
{
    /// <summary>An empty message of this type.</summary>
    public static IMessage New(MessageDescriptor descriptor) => descriptor.Parser.ParseFrom(ReadOnlySequence<byte>.Empty);
}
