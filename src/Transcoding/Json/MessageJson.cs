using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Json;

/// <summary>
/// Writes messages as proto3 JSON with the names of the contract (snake_case) and enums by name. A field without presence
/// is written also with its default (an empty list as [], 0, "", false), one with presence only when it is set. 64-bit
/// integers are strings.
/// </summary>
public sealed class MessageJson
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly JsonFormatter _formatter;

    /// <param name="files">The files whose messages a <c>google.protobuf.Any</c> may hold.</param>
    public MessageJson(IEnumerable<FileDescriptor> files)
    {
        var types = TypeRegistry.FromFiles(files);
        _formatter = new JsonFormatter(JsonFormatter.Settings.Default
            .WithPreserveProtoFieldNames(true)
            .WithFormatDefaultValues(true)
            .WithTypeRegistry(types));
        Parser = new JsonParser(JsonParser.Settings.Default.WithTypeRegistry(types));
    }

    /// <summary>The library's parser, for messages that hold JSON of any shape.</summary>
    internal JsonParser Parser { get; }

    /// <summary>The whole message, or only the field that a rule names as its response body.</summary>
    public byte[] ToUtf8(IMessage message, FieldDescriptor? field = null)
    {
        if (field is null)
            return Utf8.GetBytes(_formatter.Format(message));
        using var text = new StringWriter();
        _formatter.WriteValue(text, field.Accessor.GetValue(message));
        return Utf8.GetBytes(text.ToString());
    }
}
