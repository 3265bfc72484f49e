using System.Reflection;

namespace Pylon.Architecture.Tests;

/// <summary>The assemblies and the source files that the tests look at.</summary>
internal static class Checkout
{
    public static string Directory { get; } = Above(AppContext.BaseDirectory);

    /// <summary>The projects under src that are services: they run on the Web SDK.</summary>
    public static IReadOnlyList<string> Services { get; } =
    [
        .. System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("Microsoft.NET.Sdk.Web", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Every assembly of src. Contracts is not among them: its code is generated from the protos.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } =
    [
        .. System.IO.Directory.EnumerateFiles(AppContext.BaseDirectory, "Pylon.*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => !name.EndsWith(".Tests", StringComparison.Ordinal) && name != "Pylon.Contracts")
            .Order(StringComparer.Ordinal)
            .Select(Assembly.Load),
    ];

    public static Assembly Service(string name) => Assembly.Load($"Pylon.{name}");

    private static string Above(string directory) =>
        File.Exists(Path.Combine(directory, "Pylon.sln"))
            ? directory
            : Above(Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Pylon.sln is in no folder above the tests"));
}
