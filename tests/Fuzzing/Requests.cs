using Google.Protobuf.Reflection;
using Pylon.Gateway.Contracts;

namespace Pylon.Fuzzing;

/// <summary>The request messages of the contract.</summary>
internal static class Requests
{
    public static readonly IReadOnlyList<MessageDescriptor> All = [.. Contract.Services.SelectMany(s => s.Methods).Select(m => m.InputType).Distinct().OrderBy(m => m.FullName, StringComparer.Ordinal)];

    /// <summary>The names of the fields of each, and of the messages in them.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<string>> Names = [.. All.Select(NamesOf)];

    private static string[] NamesOf(MessageDescriptor message)
    {
        var names = new List<string>(AnyJson.Names);
        var (seen, open) = (new HashSet<MessageDescriptor>(), new Stack<MessageDescriptor>([message]));
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next))
                continue;
            foreach (var field in next.Fields.InDeclarationOrder())
            {
                names.AddRange([field.Name, field.JsonName]);
                if (field.FieldType == FieldType.Message)
                    open.Push(field.MessageType);
            }
        }

        return [.. names];
    }
}
