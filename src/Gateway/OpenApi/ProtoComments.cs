using Google.Protobuf;
using Google.Protobuf.Reflection;
using Pylon.Orchestrator.V1;

namespace Pylon.Gateway.OpenApi;

/// <summary>
/// The comments of the protos. The descriptors of generated code have none, so the build of Pylon.Contracts embeds the protos
/// once more with them.
/// </summary>
internal sealed class ProtoComments
{
    private const string Resource = "commented.protoset";

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>Reads the comments of every proto of Pylon.Contracts.</summary>
    public ProtoComments()
    {
        using var stream = typeof(WorkloadService).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"Pylon.Contracts has no resource {Resource}.");
        var files = FileDescriptor.BuildFromByteStrings(FileDescriptorSet.Parser.ParseFrom(stream).File.Select(file => file.ToByteString()));
        foreach (var each in files.SelectMany(Declared))
        {
            if (each.Declaration is { } declaration && Text(declaration) is { Length: > 0 } text)
                _texts[each.FullName] = text;
        }
    }

    /// <summary>The comment as paragraphs; null for a declaration without a comment.</summary>
    public string? this[IDescriptor described] => _texts.GetValueOrDefault(described.FullName);

    private static IEnumerable<DescriptorBase> Declared(FileDescriptor file) =>
        [.. file.MessageTypes.SelectMany(Declared), .. file.EnumTypes.SelectMany(Declared), .. file.Services.SelectMany(service => service.Methods.Prepend<DescriptorBase>(service))];

    private static IEnumerable<DescriptorBase> Declared(MessageDescriptor message) =>
        [message, .. message.Fields.InDeclarationOrder(), .. message.NestedTypes.SelectMany(Declared), .. message.EnumTypes.SelectMany(Declared)];

    private static IEnumerable<DescriptorBase> Declared(EnumDescriptor type) => type.Values.Prepend<DescriptorBase>(type);

    // Lines of a paragraph are one line; an empty line separates paragraphs.
    private static string Text(DescriptorDeclaration declaration)
    {
        var comment = declaration.LeadingComments.Length > 0 ? declaration.LeadingComments : declaration.TrailingComments;
        var paragraphs = comment.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        return string.Join("\n\n", paragraphs.Select(paragraph => string.Join(' ', paragraph.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))));
    }
}
