using System.Collections.Concurrent;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Fields;

/// <summary>The fields of a message by the names that a caller may use: the contract's (page_size) and JSON's (pageSize).</summary>
internal static class FieldNames
{
    private static readonly ConcurrentDictionary<MessageDescriptor, Dictionary<string, FieldDescriptor>> Known = new();

    public static FieldDescriptor? Find(MessageDescriptor message, string name) =>
        Known.GetOrAdd(message, Index).GetValueOrDefault(name);

    private static Dictionary<string, FieldDescriptor> Index(MessageDescriptor message)
    {
        var names = new Dictionary<string, FieldDescriptor>(StringComparer.Ordinal);
        foreach (var field in message.Fields.InDeclarationOrder())
            names[field.JsonName] = field;
        // A name of the contract wins over another field's JSON name.
        foreach (var field in message.Fields.InDeclarationOrder())
            names[field.Name] = field;
        return names;
    }
}
