using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Google.Protobuf.Reflection;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
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

    private static readonly FrozenSet<string> Unary = PathsOf(rpc => !rpc.IsServerStreaming && !rpc.IsClientStreaming);
    private static readonly FrozenSet<string> Streams = PathsOf(rpc => rpc.IsServerStreaming || rpc.IsClientStreaming);
    private static readonly FrozenSet<string> ServerStreams = PathsOf(rpc => rpc.IsServerStreaming);

    /// <summary>True for the path of an rpc with one message in each direction.</summary>
    public static bool IsUnary([NotNullWhen(true)] string? path) => path is not null && Unary.Contains(path);

    /// <summary>True for the path of an rpc that answers with a stream.</summary>
    public static bool IsServerStream(string? path) => path is not null && ServerStreams.Contains(path);

    /// <summary>True for the path of an rpc with a stream in either direction.</summary>
    public static bool IsStream(string? path) => path is not null && Streams.Contains(path);

    /// <summary>Messages of the contract as JSON.</summary>
    public static MessageJson Json { get; } = new(Files);

    private static FrozenSet<string> PathsOf(Func<MethodDescriptor, bool> which) =>
        Services.SelectMany(service => service.Methods).Where(which).Select(MethodScopes.PathOf).ToFrozenSet(StringComparer.Ordinal);
}
