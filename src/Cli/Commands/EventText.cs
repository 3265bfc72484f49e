using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Pylon.Cli.Output;
using Pylon.Events.V1;

namespace Pylon.Cli.Commands;

/// <summary>An event in a line.</summary>
internal static partial class EventText
{
    // They are in the line already, or say nothing to a person.
    private static readonly HashSet<string> Hidden = new(StringComparer.Ordinal) { "workload_id", "summary", "message_id", "transaction_id", "batch_id", "correlation_id" };

    /// <summary>When, what, about what, and its values.</summary>
    public static string Line(Event one) => $"{Figures.Clock(one.Time)}  {Name(one),-24} {one.Subject}  {Details(one)}".TrimEnd();

    /// <summary>For example <c>workload.queued</c>.</summary>
    public static string Name(Event one) => VersionedType().Replace(one.Type, "${name}");

    /// <summary>Its data in a line, without empty and nested values.</summary>
    public static string Details(Event one)
    {
        // The most frequent event: "train part-2 done, 2/4".
        if (one.BatchPhaseProgressed is { } progress)
        {
            var outcome = progress.Succeeded ? "done" : $"failed {progress.ErrorCode}".TrimEnd();
            return $"{progress.PhaseName} {progress.EntityId} {outcome}, {progress.Completed}/{progress.Total}{(progress.PhaseComplete ? " ✓" : "")}";
        }

        return Event.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(one)?.Accessor.GetValue(one) is not IMessage data ? "" : string.Join("  ", data.Descriptor.Fields.InFieldNumberOrder()
            .Where(field => !Hidden.Contains(field.Name) && !field.IsMap)
            .Select(field => (field.Name, Value: Value(field, field.Accessor.GetValue(data))))
            .Where(member => member.Value.Length > 0)
            .Select(member => $"{member.Name}={member.Value}"));
    }

    private static string Value(FieldDescriptor field, object? value) => value switch
    {
        null or "" or 0 or 0L or 0.0 or false => "",
        true => "yes",
        string text => text,
        double number => Figures.Number(number),
        System.Collections.IList list when field.FieldType == FieldType.String => string.Join(',', list.Cast<string>()),
        System.Collections.IList or IMessage or ByteString => "",
        System.Enum known => Words.OfProto(field.EnumType, Convert.ToInt32(known, System.Globalization.CultureInfo.InvariantCulture)) is var word && word != Words.None ? word : "",
        _ => $"{value}",
    };

    [GeneratedRegex(@"^pylon\.(?<name>.+)\.v.*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionedType();
}
