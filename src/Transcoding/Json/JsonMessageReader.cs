using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Pylon.Transcoding.Fields;
using Pylon.Transcoding.Problems;

namespace Pylon.Transcoding.Json;

/// <summary>
/// Reads proto3 JSON into a message by its descriptor. The parser of Google.Protobuf does the same but does not name the
/// wrong field; this reader continues after a problem and reports each with the path of its field.
/// </summary>
internal sealed class JsonMessageReader(JsonParser foreignParser, List<FieldProblem> problems)
{
    // More would not help a caller that gets everything wrong.
    private const int MaxProblems = 20;

    // A level of JSON is up to three of protobuf, whose parser takes 100.
    private const int MaxForeignDepth = 30;

    /// <summary>Fills a message from a JSON object.</summary>
    public void Read(IMessage message, JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Report(path, "must be a JSON object");
            return;
        }

        var seen = new HashSet<int>();
        var oneofs = new Dictionary<OneofDescriptor, string>();
        foreach (var property in json.EnumerateObject())
        {
            if (problems.Count >= MaxProblems)
                return;
            if (!TryText(() => property.Name, path, out var name))
                continue;
            var at = path.Length > 0 ? $"{path}.{name}" : name;
            if (Messages.FindField(message.Descriptor, name) is not { } field)
                Report(at, "unknown field");
            else if (!seen.Add(field.FieldNumber))
                Report(at, "given more than once");
            else if (property.Value.ValueKind == JsonValueKind.Null && !TakesNull(field))
                continue;
            else if (field.RealContainingOneof is { } oneof && !oneofs.TryAdd(oneof, name))
                Report(at, $"cannot be given together with {oneofs[oneof]}");
            else
                ReadField(message, field, property.Value, at);
        }
    }

    /// <summary>Sets one field from its JSON.</summary>
    public void ReadField(IMessage message, FieldDescriptor field, JsonElement json, string path)
    {
        if (field.IsMap)
            ReadMap((IDictionary)field.Accessor.GetValue(message), field, json, path);
        else if (field.IsRepeated)
            ReadList((IList)field.Accessor.GetValue(message), field, json, path);
        else if (ReadValue(field, json, path) is { } value)
            field.Accessor.SetValue(message, value);
    }

    private void ReadList(IList list, FieldDescriptor field, JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            Report(path, "must be an array");
            return;
        }

        var index = 0;
        foreach (var element in json.EnumerateArray())
        {
            if (problems.Count >= MaxProblems)
                return;
            var at = $"{path}[{index++}]";
            if (UnreadableOf(field) is { } unreadable)
                list.Add(ReadItem(field.MessageType, unreadable, element));
            else if (element.ValueKind == JsonValueKind.Null && !TakesNull(field))
                Report(at, "must not be null");
            else if (ReadValue(field, element, at) is { } value)
                list.Add(value);
        }
    }

    private static FieldDescriptor? UnreadableOf(FieldDescriptor list) => list.FieldType == FieldType.Message
        ? list.MessageType.Fields.InDeclarationOrder().FirstOrDefault(field => field.FieldType == FieldType.Message && field.MessageType.FullName == MessageJson.UnreadableType)
        : null;

    // An item that says itself why it could not be read, beside what could be: the others go on.
    private IMessage ReadItem(MessageDescriptor type, FieldDescriptor unreadable, JsonElement json)
    {
        var (item, faults) = (Messages.New(type), new List<FieldProblem>());
        new JsonMessageReader(foreignParser, faults).Read(item, json, "");
        if (faults.Count == 0)
            return item;
        var told = Messages.New(unreadable.MessageType);
        unreadable.MessageType.FindFieldByName("field").Accessor.SetValue(told, faults[0].Field);
        unreadable.MessageType.FindFieldByName("description").Accessor.SetValue(told, faults[0].Description);
        unreadable.Accessor.SetValue(item, told);
        return item;
    }

    private void ReadMap(IDictionary map, FieldDescriptor field, JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Report(path, "must be a JSON object");
            return;
        }

        var keyField = field.MessageType.FindFieldByNumber(1);
        var valueField = field.MessageType.FindFieldByNumber(2);
        foreach (var property in json.EnumerateObject())
        {
            if (problems.Count >= MaxProblems || !TryText(() => property.Name, path, out var name))
                return;
            var at = $"{path}[{name}]";
            var key = ScalarText.Parse(keyField, name);
            if (key.Problem is not null)
                Report(at, $"the key {key.Problem}");
            else if (map.Contains(key.Value!))
                Report(at, "given more than once");
            else if (property.Value.ValueKind == JsonValueKind.Null && !TakesNull(valueField))
                Report(at, "must not be null");
            else if (ReadValue(valueField, property.Value, at) is { } value)
                map.Add(key.Value!, value);
        }
    }

    private object? ReadValue(FieldDescriptor field, JsonElement json, string path)
    {
        if (field.FieldType is FieldType.Message or FieldType.Group)
            return ReadMessage(field.MessageType, json, path);
        if (field.FieldType == FieldType.Enum && field.EnumType.FullName == "google.protobuf.NullValue" && json.ValueKind == JsonValueKind.Null)
            return 0;
        var isText = json.ValueKind == JsonValueKind.String;
        var isNumber = json.ValueKind == JsonValueKind.Number;
        var (fits, wanted) = field.FieldType switch
        {
            FieldType.String => (isText, "must be a string"),
            FieldType.Bytes => (isText, "must be a base64 string"),
            FieldType.Enum => (isText || isNumber, $"must be the name of a value of {field.EnumType.Name}"),
            FieldType.Bool => (json.ValueKind is JsonValueKind.True or JsonValueKind.False, "must be true or false"),
            FieldType.Double or FieldType.Float => (isText || isNumber, "must be a number"),
            _ => (isText || isNumber, "must be an integer"),
        };
        if (!fits)
        {
            Report(path, wanted);
            return null;
        }

        return TryText(() => isText ? json.GetString()! : json.GetRawText(), path, out var text)
            ? Take(ScalarText.Parse(field, text), path)
            : null;
    }

    private object? ReadMessage(MessageDescriptor type, JsonElement json, string path)
    {
        if (WellKnown.IsWrapper(type))
            return ReadValue(type.FindFieldByNumber(1), json, path);
        if (WellKnown.HasText(type))
        {
            if (json.ValueKind != JsonValueKind.String)
                return Take(ScalarText.Wrong(WellKnown.Parse(type, "?").Problem ?? "must be a string"), path);
            return TryText(() => json.GetString()!, path, out var text) ? Take(WellKnown.Parse(type, text), path) : null;
        }

        if (type.File == StructReflection.Descriptor || type == Any.Descriptor)
            return ReadForeign(type, json, path);
        var message = Messages.New(type);
        Read(message, json, path);
        return message;
    }

    // Struct, Value, ListValue and Any hold JSON of any shape, so there is no field to name and the library's parser suffices.
    private object? ReadForeign(MessageDescriptor type, JsonElement json, string path)
    {
        if (type.File == StructReflection.Descriptor && WrongIn(json, MaxForeignDepth) is { } wrong)
        {
            Report(path, wrong);
            return null;
        }

        try
        {
            return foreignParser.Parse(json.GetRawText(), type);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The library's message is about itself.
            Report(path, type == Any.Descriptor ? "must be an object with \"@type\", which names a message of this API, and its fields" : $"must be JSON of {type.FullName}, with numbers in the range of a double");
            return null;
        }
    }

    // What the library parses and can neither send nor format.
    private static string? WrongIn(JsonElement json, int levels) => json.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array when levels == 0 => $"must be nested at most {MaxForeignDepth} deep",
        JsonValueKind.Object => json.EnumerateObject().Select(one => one.NameEquals("") ? "must not have an empty name" : WrongIn(one.Value, levels - 1)).FirstOrDefault(IsWrong),
        JsonValueKind.Array => json.EnumerateArray().Select(one => WrongIn(one, levels - 1)).FirstOrDefault(IsWrong),
        _ => null,
    };

    private static bool IsWrong(string? text) => text is not null;

    private object? Take(ScalarText parsed, string path)
    {
        if (parsed.Problem is { } problem)
            Report(path, problem);
        return parsed.Value;
    }

    // A string may hold half of a surrogate pair as an escape, which System.Text.Json detects only when it is read.
    private bool TryText(Func<string> read, string path, out string text)
    {
        try
        {
            text = read();
            return true;
        }
        catch (InvalidOperationException)
        {
            Report(path, "must be valid Unicode text");
            text = "";
            return false;
        }
    }

    private void Report(string path, string description) => problems.Add(new(path, description));

    private static bool TakesNull(FieldDescriptor field) =>
        (field.FieldType == FieldType.Message && field.MessageType == Value.Descriptor)
        || (field.FieldType == FieldType.Enum && field.EnumType.FullName == "google.protobuf.NullValue");
}
