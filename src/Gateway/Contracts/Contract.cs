using System.Reflection;
using Google.Protobuf.Reflection;
using Pylon.Orchestrator.V1;
using Pylon.Transcoding.Json;

namespace Pylon.Gateway.Contracts;

/// <summary>The protos as compiled into Pylon.Contracts.</summary>
internal static class Contract
{
    /// <summary>Every file of Pylon.Contracts; the generated class of a file ends in Reflection.</summary>
    public static IReadOnlyList<FileDescriptor> Files { get; } =
    [
        .. typeof(WorkloadService).Assembly.GetExportedTypes()
            .Where(type => type is { IsAbstract: true, IsSealed: true } && type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>()
            .OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    /// <summary>The services of Pylon, without reflection and health, which every process has.</summary>
    public static IReadOnlyList<ServiceDescriptor> Services { get; } =
        [.. Files.Where(file => file.Package.StartsWith("pylon.", StringComparison.Ordinal)).SelectMany(file => file.Services)];

    /// <summary>Messages of the contract as JSON.</summary>
    public static MessageJson Json { get; } = new(Files);
}
