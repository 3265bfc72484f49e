using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Pylon.Orchestrator.Workloads;

/// <summary>
/// Reads messages that are stored as proto3 JSON; unknown fields are ignored. The parser of Google.Protobuf takes so long
/// that a page of the live state would consist of it; it still reads the forms that are rare here.
/// </summary>
internal static class StoredJson
{
    private const int LongestName = 64;

    // With more digits than a DateTime has, the library's parser reads it.
    private const int LongestTime = 28;

    private static readonly JsonParser Library = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private static readonly ConcurrentDictionary<MessageDescriptor, Dictionary<string, Member>> Types = new();

    public static T Parse<T>(string json)
        where T : IMessage<T>, new()
    {
        var message = new T();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject && TryRead(ref reader, message) ? message : Library.Parse<T>(json);
    }

    private static bool TryRead(ref Utf8JsonReader reader, IMessage message)
    {
        var members = Types.GetOrAdd(message.Descriptor, MembersOf).GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> name = stackalloc char[LongestName];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.Length > LongestName)
                return false;
            var isKnown = members.TryGetValue(name[..reader.CopyString(name)], out var member);
            reader.Read();
            if (!isKnown)
                reader.Skip();
            else if (Value(ref reader, member!) is { } value)
                member!.Field.Accessor.SetValue(message, value);
            else
                return false;
        }

        return true;
    }

    // Null for a form that the library's parser reads.
    private static object? Value(ref Utf8JsonReader reader, Member member) => (member.Field.FieldType, reader.TokenType) switch
    {
        _ when member.Field.IsRepeated => null,
        (FieldType.String, JsonTokenType.String) => reader.GetString(),
        (FieldType.Enum, JsonTokenType.String) => member.Numbers.TryGetValue(reader.GetString()!, out var number) ? number : null,
        (FieldType.Double, JsonTokenType.Number) => reader.GetDouble(),
        (FieldType.Int32, JsonTokenType.Number) => reader.TryGetInt32(out var number) ? number : null,
        (FieldType.Bool, JsonTokenType.True or JsonTokenType.False) => reader.GetBoolean(),
        (FieldType.Message, JsonTokenType.String) when member.Field.MessageType == Timestamp.Descriptor => Time(ref reader),
        (FieldType.Message, JsonTokenType.StartObject) when member.Field.MessageType.File.Package != "google.protobuf" => Message(ref reader, member.Field.MessageType),
        _ => null,
    };

    private static IMessage? Message(ref Utf8JsonReader reader, MessageDescriptor type)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        return TryRead(ref reader, message) ? message : null;
    }

    private static Timestamp? Time(ref Utf8JsonReader reader) =>
        reader.ValueSpan.Length <= LongestTime && reader.TryGetDateTime(out var time) && time.Kind == DateTimeKind.Utc ? Timestamp.FromDateTime(time) : null;

    // By both names that proto3 JSON allows: gridZoneId and grid_zone_id.
    private static Dictionary<string, Member> MembersOf(MessageDescriptor type) => type.Fields.InDeclarationOrder()
        .SelectMany(field => new[] { field.JsonName, field.Name }.Distinct(), (field, name) => (name, field))
        .ToDictionary(pair => pair.name, pair => new Member(pair.field), StringComparer.Ordinal);

    private sealed class Member(FieldDescriptor field)
    {
        public FieldDescriptor Field { get; } = field;

        /// <summary>Of the names of its enum.</summary>
        public Dictionary<string, int> Numbers { get; } =
            field.FieldType == FieldType.Enum ? field.EnumType.Values.ToDictionary(value => value.Name, value => value.Number, StringComparer.Ordinal) : [];
    }
}
