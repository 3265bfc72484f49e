using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Fields;

internal static class Messages
{
    /// <summary>An empty message of this type.</summary>
    public static IMessage New(MessageDescriptor descriptor) => descriptor.Parser.ParseFrom(ReadOnlySequence<byte>.Empty);

    /// <summary>A field by its name in the contract (page_size) or in JSON (pageSize).</summary>
    public static FieldDescriptor? FindField(MessageDescriptor descriptor, string name) =>
        descriptor.FindFieldByName(name) ?? descriptor.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name);
}
