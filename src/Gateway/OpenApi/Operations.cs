using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using Pylon.Rpc;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Fields;
using Pylon.Transcoding.Routing;

namespace Pylon.Gateway.OpenApi;

/// <summary>The operation of a binding: parameters, body and responses as the transcoding reads and writes them.</summary>
internal sealed partial class Operations(OpenApiDocument document, Schemas schemas, Answers answers, ProtoComments comments, Credentials credentials)
{
    /// <summary>The name of a service without its suffix.</summary>
    public static string TagOf(ServiceDescriptor service) => service.Name.EndsWith("Service", StringComparison.Ordinal) ? service.Name[..^"Service".Length] : service.Name;

    /// <summary>The path with a variable for each field, under the last part of its name: two methods of a path may bind different fields.</summary>
    public static string PathOf(PathTemplate template)
    {
        var segments = new List<string>();
        for (var i = 0; i < template.Segments.Count; i++)
        {
            var variable = template.Variables.FirstOrDefault(variable => variable.Start <= i && i < variable.End);
            if (variable is null && template.Segments[i].Kind != SegmentKind.Literal)
                throw new NotSupportedException($"{template.Text}: OpenAPI has no name for a wildcard outside of a variable.");
            if (variable is null || variable.Start == i)
                segments.Add(variable is null ? template.Segments[i].Text : $"{{{NameOf(variable)}}}");
        }

        return $"/{string.Join('/', segments)}{(template.Verb.Length > 0 ? $":{template.Verb}" : "")}";
    }

    /// <param name="binding">The binding.</param>
    /// <param name="number">From 1: which of the bindings of its rpc it is.</param>
    public OpenApiOperation Of(Binding binding, int number)
    {
        var comment = comments[binding.Rpc];
        return new OpenApiOperation
        {
            OperationId = $"{TagOf(binding.Rpc.Service)}_{binding.Rpc.Name}{(number > 1 ? $"{number}" : "")}",
            Tags = new HashSet<OpenApiTagReference> { new(TagOf(binding.Rpc.Service), document) },
            Summary = comment is null ? null : FirstSentence().Match(comment).Value.TrimEnd('.'),
            Description = comment,
            Parameters = [.. binding.Template.Variables.Select(variable => PathParameter(binding, variable)), .. QueryParameters(binding)],
            RequestBody = Body(binding),
            Responses = answers.Of(binding),
            Security = credentials.Of(MethodScopes.Of(binding.Rpc)),
        };
    }

    private IOpenApiParameter PathParameter(Binding binding, TemplateVariable variable)
    {
        var schema = schemas.Of(FieldPath.Find(binding.Rpc.InputType, variable.FieldPath)!.Field);
        var description = schema.Description;
        schema.Description = null;
        if (schema is OpenApiSchema { Pattern: null, Type: JsonSchemaType.String } text)
            text.Pattern = $"^{string.Join('/', binding.Template.Segments.Take(variable.Start..variable.End).Select(Pattern))}$";
        return new OpenApiParameter { Name = NameOf(variable), In = ParameterLocation.Path, Required = true, Description = description, Schema = schema };
    }

    private static string NameOf(TemplateVariable variable) => variable.FieldPath[(variable.FieldPath.LastIndexOf('.') + 1)..];

    private static string Pattern(TemplateSegment segment) => segment.Kind switch
    {
        SegmentKind.Literal => Regex.Escape(segment.Text),
        SegmentKind.Single => "[^/]+",
        _ => ".*",
    };

    private IEnumerable<IOpenApiParameter> QueryParameters(Binding binding)
    {
        if (binding.BodyIsWhole || binding.Rpc.IsClientStreaming)
            return [];
        var inPath = binding.Template.Variables.Select(variable => FieldPath.Find(binding.Rpc.InputType, variable.FieldPath)!.Name).ToHashSet(StringComparer.Ordinal);
        return from text in Texts(binding.Rpc.InputType, "", [])
               where !inPath.Contains(text.Name) && text.Root != binding.BodyField
               select QueryParameter(text.Name, text.Field);
    }

    private IOpenApiParameter QueryParameter(string name, FieldDescriptor field)
    {
        var schema = schemas.Of(field);
        schema.Description = null;
        return new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = comments[field], Schema = schema };
    }

    // The fields that a text can set, those of nested messages with their path.
    private static IEnumerable<(string Name, FieldDescriptor Root, FieldDescriptor Field)> Texts(MessageDescriptor type, string prefix, ImmutableList<FieldDescriptor> above)
    {
        foreach (var field in type.Fields.InFieldNumberOrder().Where(field => !field.IsMap))
        {
            var name = prefix + field.Name;
            if (field.FieldType != FieldType.Message || WellKnown.HasText(field.MessageType))
            {
                yield return (name, above.Count > 0 ? above[0] : field, field);
            }
            else if (!field.IsRepeated && field.MessageType.File.Package != "google.protobuf" && !above.Contains(field))
            {
                foreach (var text in Texts(field.MessageType, $"{name}.", above.Add(field)))
                    yield return text;
            }
        }
    }

    private OpenApiRequestBody? Body(Binding binding)
    {
        if (!binding.TakesBody && !binding.Rpc.IsClientStreaming)
            return null;
        var schema = binding.BodyField is { } field ? schemas.Of(field) : schemas.Of(binding.Rpc.InputType);
        var (type, content) = binding.Rpc.IsClientStreaming
            ? (StreamFormat.NdjsonType, Answers.Items(schema))
            : ("application/json", new OpenApiMediaType { Schema = schema });
        return new OpenApiRequestBody
        {
            Description = binding.Rpc.IsClientStreaming ? "One JSON object a line."
                : binding.Template.Variables.Count > 0 ? "What the path gives may be left out; another value than in the path is refused." : null,
            Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal) { [type] = content },
        };
    }

    [GeneratedRegex(@"^.*?\.(?=\s|$)|^.+$", RegexOptions.CultureInvariant | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FirstSentence();
}
