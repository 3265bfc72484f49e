using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
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
    /// <summary>
    /// The message with <c>field</c> and <c>description</c> that tells why an item of a list could not be read. A list whose items have
    /// a field of this type has no bad item that stops the others.
    /// </summary>
    internal const string UnreadableType = "pylon.common.v1.Unreadable";

    // The answers are not put into HTML as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly JsonMessageWriter _writer;

    /// <param name="files">The files whose messages a <c>google.protobuf.Any</c> may hold.</param>
    public MessageJson(IEnumerable<FileDescriptor> files)
    {
        var types = TypeRegistry.FromFiles(files);
        _writer = new JsonMessageWriter(new JsonFormatter(JsonFormatter.Settings.Default
            .WithPreserveProtoFieldNames(true)
            .WithFormatDefaultValues(true)
            .WithTypeRegistry(types)));
        Parser = new JsonParser(JsonParser.Settings.Default.WithTypeRegistry(types));
    }

    /// <summary>The library's parser, for messages that hold JSON of any shape.</summary>
    internal JsonParser Parser { get; }

    /// <summary>The whole message, or only the field that a rule names as its response body.</summary>
    public byte[] ToUtf8(IMessage message, FieldDescriptor? field = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, message, field);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The same into a buffer.</summary>
    public void Write(IBufferWriter<byte> output, IMessage message, FieldDescriptor? field = null)
    {
        using var json = new Utf8JsonWriter(output, Options);
        if (field is null)
            _writer.Write(json, message);
        else
            _writer.WriteValue(json, message, field);
    }
}
