using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Pylon.Architecture.Tests;

/// <summary>docs/openapi.json lists the reasons of refusals that the code makes, and no others.</summary>
public partial class ReasonsTests
{
    private const string NotFound = "NotFound";
    private static readonly string[] Factories = [NotFound, "AlreadyExists", "FailedPrecondition", "ResourceExhausted", "Unavailable", "Unauthenticated", "PermissionDenied"];

    // The registry makes these from the name of a table; the health of a service is no REST.
    private static readonly string[] Composed = [.. new[] { "OPERATOR", "USER", "DATA_CENTRE", "STORAGE_ASSET", "AGENT" }.SelectMany(word => (string[])[$"{word}_NOT_FOUND", $"{word}_EXISTS"])];
    private static readonly string[] NotRest = ["SERVICE_NOT_FOUND"];

    // The transcoding makes these from the status, or from the request before there is a call.
    private static readonly string[] OfTranscoding =
    [
        "BODY_TOO_LARGE", "DEADLINE_EXCEEDED", "FIELD_INVALID", "INTERNAL", "MALFORMED_REQUEST", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "UNKNOWN", "UNSUPPORTED_MEDIA_TYPE",
    ];

    [Fact]
    public void DocumentListsTheReasonsOfTheCode()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "openapi.json")));
        var listed = Listed(document.RootElement).ToHashSet(StringComparer.Ordinal);
        var made = Checkout.Assemblies.SelectMany(Made).Concat(Composed).Except(NotRest).ToHashSet(StringComparer.Ordinal);

        Expect.None("A reason of the code is in the comment of its rpc and in Reasons of the Gateway.", made.Except(listed));
        Expect.None("A reason in the OpenAPI document is made by the code.", listed.Except(made).Except(OfTranscoding));
    }

    private static IEnumerable<string> Listed(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object when node.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.Object && reason.TryGetProperty("enum", out var words) =>
            words.EnumerateArray().Select(word => word.GetString()!),
        JsonValueKind.Object => node.EnumerateObject().SelectMany(each => Listed(each.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(Listed),
        _ => [],
    };

    // The reason is the first argument, so the message lies between it and the call.
    private static IEnumerable<string> Made(Assembly assembly) =>
        from type in AssemblyDefinition.ReadAssembly(assembly.Location).MainModule.GetTypes()
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where instruction.Operand is MethodReference { DeclaringType.FullName: "Pylon.Rpc.Refusal" } call && Factories.Contains(call.Name)
        let isNotFound = ((MethodReference)instruction.Operand).Name == NotFound
        let word = Before(instruction.Previous, isNotFound ? Resource() : Reason())
        where word is not null
        select isNotFound ? $"{word.ToUpperInvariant()}_NOT_FOUND" : word;

    private static string? Before(Instruction? at, Regex form)
    {
        for (; at is not null && at.Operand is not MethodReference { DeclaringType.FullName: "Pylon.Rpc.Refusal" }; at = at.Previous)
        {
            if (at.OpCode == OpCodes.Ldstr && form.IsMatch((string)at.Operand))
                return (string)at.Operand;
        }

        return null;
    }

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
    private static partial Regex Reason();

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$")]
    private static partial Regex Resource();
}
