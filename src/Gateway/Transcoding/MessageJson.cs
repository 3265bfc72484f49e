using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Gateway.Transcoding;

/// <summary>
/// Messages as the clients of the REST face see them: proto3 JSON with the names of the contract (snake_case) and enums
/// by name; a field without presence is written also with its default (an empty list as [], 0, "", false), one with
/// presence only when it is set; 64-bit integers are strings.
/// </summary>
internal static class MessageJson
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default
        .WithPreserveProtoFieldNames(true)
        .WithFormatDefaultValues(true)
        .WithTypeRegistry(TypeRegistry.FromFiles(Contract.Files)));

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static string Format(IMessage message) => Formatter.Format(message);

    /// <summary>The whole message, or only the field that a rule names as its response body.</summary>
    public static byte[] ToUtf8(IMessage message, FieldDescriptor? field = null)
    {
        if (field is null)
            return Utf8.GetBytes(Formatter.Format(message));
        using var text = new StringWriter();
        Formatter.WriteValue(text, field.Accessor.GetValue(message));
        return Utf8.GetBytes(text.ToString());
    }
}
