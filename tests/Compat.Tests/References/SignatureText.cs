using System.Collections.Immutable;
using System.Globalization;
using System.Reflection.Metadata;

namespace Pylon.Compat.Tests;

/// <summary>
/// Writes types and signatures so that two of them are equal exactly when the runtime would bind one to the other:
/// full names, class or value type, by-reference, custom modifiers, generic positions.
/// </summary>
internal sealed class SignatureText : ISignatureTypeProvider<string, object?>
{
    private static readonly SignatureText Instance = new();

    public static string Of(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? Of(reader, (TypeReferenceHandle)type.ResolutionScope) + "/" + name
            : Qualified(reader.GetString(type.Namespace), name);
    }

    public static string Of(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = reader.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? Of(reader, outer) + "/" + name
            : Qualified(reader.GetString(type.Namespace), name);
    }

    public static string Of(MetadataReader reader, MemberReference member) => member.GetKind() switch
    {
        MemberReferenceKind.Field => Field(reader.GetString(member.Name), member.DecodeFieldSignature(Instance, null)),
        _ => Method(reader.GetString(member.Name), member.DecodeMethodSignature(Instance, null)),
    };

    public static string Of(MetadataReader reader, MethodDefinition method) =>
        Method(reader.GetString(method.Name), method.DecodeSignature(Instance, null));

    public static string Of(MetadataReader reader, FieldDefinition field) =>
        Field(reader.GetString(field.Name), field.DecodeSignature(Instance, null));

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        Kind(rawTypeKind) + Of(reader, handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        Kind(rawTypeKind) + Of(reader, handle);

    public string GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
        $"{genericType}<{string.Join(", ", typeArguments)}>";

    public string GetGenericTypeParameter(object? genericContext, int index) => string.Create(CultureInfo.InvariantCulture, $"!{index}");

    public string GetGenericMethodParameter(object? genericContext, int index) => string.Create(CultureInfo.InvariantCulture, $"!!{index}");

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) =>
        $"{unmodifiedType} {(isRequired ? "modreq" : "modopt")}({modifier})";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPinnedType(string elementType) => elementType + " pinned";

    public string GetFunctionPointerType(MethodSignature<string> signature) => Method("*", signature);

    private static string Field(string name, string type) => $"{type} {name}";

    private static string Method(string name, MethodSignature<string> signature) =>
        (signature.Header.IsInstance ? "" : "static ")
        + signature.ReturnType + " " + name
        + (signature.GenericParameterCount == 0 ? "" : $"<{signature.GenericParameterCount}>")
        + $"({string.Join(", ", signature.ParameterTypes)})";

    private static string Kind(byte rawTypeKind) =>
        rawTypeKind == (byte)SignatureTypeKind.ValueType ? "valuetype " : "";

    private static string Qualified(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";
}
