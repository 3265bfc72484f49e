using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.WebUtilities;
using Pylon.Transcoding.Fields;
using Pylon.Transcoding.Problems;

namespace Pylon.Transcoding.Requests;

/// <summary>Reads query parameters into the fields of a message that neither the path nor the body binds.</summary>
public static class QueryReader
{
    public static void Read(IMessage message, string? query, Func<FieldPath, bool> isBound, List<FieldProblem> problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName().ToString();
            if (FieldPath.Find(message.Descriptor, name) is not { } path || isBound(path))
                problems.Add(new(name, "unknown query parameter"));
            else if (!path.Field.IsRepeated && !seen.Add(path.Name))
                problems.Add(new(name, "given more than once"));
            else if (Set(message, path, pair.DecodeValue().ToString()) is { } problem)
                problems.Add(new(name, problem));
        }
    }

    /// <summary>Sets a field from text, or adds to it if it is repeated. Returns the broken rule, or null.</summary>
    public static string? Set(IMessage message, FieldPath path, string text)
    {
        var field = path.Field;
        if (field.IsMap || (field.FieldType == FieldType.Message && !WellKnown.HasText(field.MessageType)))
            return "is an object and cannot be given as a parameter";
        var parsed = ScalarText.Parse(field, text);
        if (parsed.Problem is not null)
            return parsed.Problem;
        var holder = path.Holder(message);
        if (field.IsRepeated)
            ((IList)field.Accessor.GetValue(holder)).Add(parsed.Value);
        else
            field.Accessor.SetValue(holder, parsed.Value);
        return null;
    }
}
