using Google.Protobuf;
using Google.Protobuf.Reflection;
using Pylon.Transcoding.Fields;
using Pylon.Transcoding.Json;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding.Requests;

/// <summary>Makes a request message from path, query and body.</summary>
internal sealed class RequestBinder(MessageJson json, int maxDepth)
{
    /// <summary>
    /// The message may be used only when <paramref name="problems"/> stays empty. A field that the path binds may be
    /// missing in the body; a different value in the body is a problem.
    /// </summary>
    public IMessage Bind(RouteMatch match, string? query, ReadOnlyMemory<byte> body, List<FieldProblem> problems)
    {
        var binding = match.Binding!;
        var message = Messages.New(binding.Rpc.InputType);
        if (!body.IsEmpty && binding.TakesBody)
            ReadBody(message, binding.BodyField, body, problems);
        if (problems.Count == 0)
            BindPath(message, match, problems);
        QueryReader.Read(message, query, path => IsBound(binding, path), problems);
        return message;
    }

    /// <summary>Fills a message, or one field of it, from a JSON body.</summary>
    public void ReadBody(IMessage message, FieldDescriptor? field, ReadOnlyMemory<byte> body, List<FieldProblem> problems)
    {
        using var parsed = JsonBody.Parse(body, maxDepth, out var problem);
        var reader = new JsonMessageReader(json.Parser, problems);
        if (parsed is null)
            problems.Add(problem);
        else if (field is null)
            reader.Read(message, parsed.RootElement, "");
        else
            reader.ReadField(message, field, parsed.RootElement, field.Name);
    }

    private static void BindPath(IMessage message, RouteMatch match, List<FieldProblem> problems)
    {
        if (!match.Binding!.Template.TryExtract(match.Path, out var values))
        {
            problems.Add(new("", "the path is not valid percent-encoded UTF-8"));
            return;
        }

        var empty = Messages.New(message.Descriptor);
        foreach (var (name, text) in values)
        {
            var path = match.Binding.PathFields[name];
            var parsed = ScalarText.Parse(path.Field, text);
            var before = path.Field.Accessor.GetValue(path.Holder(message));
            if (parsed.Problem is not null)
                problems.Add(new(name, parsed.Problem));
            else if (match.Binding.TakesBody && !Equals(before, path.Field.Accessor.GetValue(path.Holder(empty))) && !Same(before, parsed.Value))
                problems.Add(new(name, "differs from the one in the path"));
            else
                path.Field.Accessor.SetValue(path.Holder(message), parsed.Value);
        }
    }

    private static bool IsBound(Binding binding, FieldPath path) =>
        binding.BodyIsWhole
        || path.Root == binding.BodyField
        || binding.PathFields.ContainsKey(path.Name);

    // ScalarText gives an enum as its number.
    private static bool Same(object? before, object? given) =>
        Equals(before is Enum ? Convert.ToInt32(before) : before, given);
}
