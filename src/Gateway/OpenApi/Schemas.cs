using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Microsoft.OpenApi;
using Pylon.Transcoding.Fields;

namespace Pylon.Gateway.OpenApi;

/// <summary>
/// The schemas of messages and enums as <see cref="Transcoding.Json.MessageJson"/> writes them. Each becomes a component under
/// its full name when it is first used.
/// </summary>
internal sealed class Schemas(OpenApiDocument document, ProtoComments comments, IReadOnlySet<MessageDescriptor> sent)
{
    // The constraint of a oneof has a pair for each two of its fields; a larger one is only described.
    private const int MostPaired = 4;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>A message.</summary>
    public IOpenApiSchema Of(MessageDescriptor type) => type.FullName switch
    {
        "google.protobuf.Timestamp" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        "google.protobuf.Duration" => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = @"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$", Examples = ["1.5s"] },
        "google.protobuf.FieldMask" => new OpenApiSchema { Type = JsonSchemaType.String, Examples = ["name,email"] },
        "google.protobuf.Struct" => new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() },
        "google.protobuf.ListValue" => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema() },
        "google.protobuf.Value" => new OpenApiSchema(),
        "google.protobuf.Any" => new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["@type"] = new OpenApiSchema { Type = JsonSchemaType.String } },
            Required = new HashSet<string>(StringComparer.Ordinal) { "@type" },
            AdditionalProperties = new OpenApiSchema(),
        },
        _ when WellKnown.IsWrapper(type) => Single(type.FindFieldByNumber(1)),
        _ => Reference(type.FullName, () => Message(type)),
    };

    /// <summary>A field with its comment.</summary>
    public IOpenApiSchema Of(FieldDescriptor field)
    {
        var schema = field.IsMap ? new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Single(field.MessageType.FindFieldByNumber(2)) }
            : field.IsRepeated ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = Single(field) }
            : Single(field);
        schema.Description = comments[field];
        return schema;
    }

    /// <summary>A component that is not of the contract.</summary>
    public IOpenApiSchema Reference(string name, Func<OpenApiSchema> make)
    {
        // Known before it is made: a message may hold itself.
        if (_known.Add(name))
            document.AddComponent<IOpenApiSchema>(name, make());
        return new OpenApiSchemaReference(name, document);
    }

    private IOpenApiSchema Single(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => Of(field.MessageType),
        FieldType.Enum when field.EnumType.FullName == "google.protobuf.NullValue" => new OpenApiSchema { Type = JsonSchemaType.Null },
        FieldType.Enum => Reference(field.EnumType.FullName, () => Enum(field.EnumType)),
        FieldType.String => new OpenApiSchema { Type = JsonSchemaType.String },
        FieldType.Bytes => new OpenApiSchema { Type = JsonSchemaType.String, Format = "byte", ContentEncoding = "base64" },
        FieldType.Bool => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        FieldType.Double => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" },
        FieldType.Float => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" },
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
        FieldType.UInt32 or FieldType.Fixed32 => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "0", Maximum = uint.MaxValue.ToString(CultureInfo.InvariantCulture) },
        FieldType.UInt64 or FieldType.Fixed64 => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[0-9]+$" },
        _ => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^-?[0-9]+$" },
    };

    private OpenApiSchema Enum(EnumDescriptor type) => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. type.Values.DistinctBy(value => value.Number).Select(value => JsonValue.Create(value.Name))],
        Description = Paragraphs([comments[type], .. type.Values.Where(value => comments[value] is not null).Select(value => $"- `{value.Name}`: {comments[value]}")]),
    };

    private OpenApiSchema Message(MessageDescriptor type)
    {
        var fields = type.Fields.InFieldNumberOrder();
        var oneofs = type.Oneofs.Where(oneof => !oneof.IsSynthetic).ToList();
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = Paragraphs([comments[type], .. oneofs.Select(oneof => $"At most one of {string.Join(", ", oneof.Fields.Select(field => $"`{field.Name}`"))}.")]),
            Properties = fields.ToDictionary(field => field.Name, Of, StringComparer.Ordinal),
            Not = AnyPair(oneofs),
        };
        if (sent.Contains(type))
            schema.AdditionalPropertiesAllowed = false;
        else if (fields.Where(field => !field.HasPresence).Select(field => field.Name).ToHashSet(StringComparer.Ordinal) is { Count: > 0 } always)
            schema.Required = always;
        return schema;
    }

    private static IOpenApiSchema? AnyPair(IEnumerable<OneofDescriptor> oneofs)
    {
        var pairs =
            from oneof in oneofs
            where oneof.Fields.Count <= MostPaired
            from first in oneof.Fields
            from second in oneof.Fields
            where first.Index < second.Index
            select (IOpenApiSchema)new OpenApiSchema { Required = new HashSet<string>(StringComparer.Ordinal) { first.Name, second.Name } };
        return pairs.ToList() switch
        {
            [] => null,
            [var one] => one,
            var all => new OpenApiSchema { AnyOf = all },
        };
    }

    private static string? Paragraphs(IEnumerable<string?> texts) =>
        string.Join("\n\n", texts.Where(text => text is not null)) is { Length: > 0 } text ? text : null;
}
