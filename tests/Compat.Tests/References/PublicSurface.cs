using System.Reflection;
using System.Reflection.Metadata;

namespace Pylon.Compat.Tests;

/// <summary>What an assembly offers to others: its visible types, each with its visible members, inherited ones too.</summary>
internal sealed class PublicSurface
{
    private readonly Dictionary<string, HashSet<string>> _types = new(StringComparer.Ordinal);

    public PublicSurface(MetadataReader reader)
    {
        foreach (var handle in reader.TypeDefinitions.Where(handle => IsVisible(reader, handle)))
            _types[SignatureText.Of(reader, handle)] = [.. VisibleMembers(reader, handle)];
    }

    public bool Offers(string type, string? member) =>
        _types.TryGetValue(type, out var members) && (member is null || members.Contains(member));

    private static IEnumerable<string> VisibleMembers(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition))
        {
            if ((method.Attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem)
                yield return SignatureText.Of(reader, method);
        }
        foreach (var field in type.GetFields().Select(reader.GetFieldDefinition))
        {
            if ((field.Attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem)
                yield return SignatureText.Of(reader, field);
        }
        if (type.BaseType is { IsNil: false, Kind: HandleKind.TypeDefinition } parent)
        {
            foreach (var inherited in VisibleMembers(reader, (TypeDefinitionHandle)parent))
                yield return inherited;
        }
    }

    private static bool IsVisible(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
                IsVisible(reader, type.GetDeclaringType()),
            _ => false,
        };
    }
}
