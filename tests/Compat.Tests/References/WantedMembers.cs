using System.Reflection.Metadata;

namespace Pylon.Compat.Tests;

/// <summary>What one assembly refers to in another: its types and, of these, the members.</summary>
internal static class WantedMembers
{
    public static IEnumerable<(string Type, string? Member)> Of(MetadataReader reader, string assembly)
    {
        foreach (var handle in reader.TypeReferences.Where(handle => ScopeOf(reader, handle) == assembly))
            yield return (SignatureText.Of(reader, handle), null);
        foreach (var member in reader.MemberReferences.Select(reader.GetMemberReference))
        {
            if (DeclaringType(reader, member.Parent) is { IsNil: false } type && ScopeOf(reader, type) == assembly)
                yield return (SignatureText.Of(reader, type), SignatureText.Of(reader, member));
        }
    }

    private static string? ScopeOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => ScopeOf(reader, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference =>
                reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            _ => null,
        };
    }

    private static TypeReferenceHandle DeclaringType(MetadataReader reader, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => (TypeReferenceHandle)parent,
        HandleKind.TypeSpecification => GenericDefinition(reader, (TypeSpecificationHandle)parent),
        _ => default,
    };

    // The member of an instantiated generic type: the signature names the type it was made from.
    private static TypeReferenceHandle GenericDefinition(MetadataReader reader, TypeSpecificationHandle handle)
    {
        var signature = reader.GetBlobReader(reader.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return default;
        signature.ReadSignatureTypeCode();
        var type = signature.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)type : default;
    }
}
