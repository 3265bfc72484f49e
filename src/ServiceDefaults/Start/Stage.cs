using Microsoft.Extensions.Configuration;
using Pylon.ServiceDefaults.Configuration;

namespace Pylon.ServiceDefaults.Start;

/// <summary>What the process is for: the setting PYLON_ENVIRONMENT, Development when it is not set.</summary>
public static class Stage
{
    /// <summary>The name of the setting.</summary>
    public const string Setting = "PYLON_ENVIRONMENT";

    private const string Production = "Production";
    private const string Development = "Development";

    /// <summary>True where others depend on it: then nothing is open that need not be.</summary>
    public static bool IsProduction(this IConfiguration configuration) => Is(configuration, Production);

    /// <summary>Null for a word that is known. A misspelt one must not leave everything open.</summary>
    internal static string? Failure(IConfiguration configuration) =>
        string.IsNullOrEmpty(configuration[Setting]) || configuration.IsProduction() || Is(configuration, Development)
            ? null
            : Configuration.Setting.Wrong(Setting, configuration[Setting], $"must be {Production} or {Development}");

    private static bool Is(IConfiguration configuration, string stage) => string.Equals(configuration[Setting], stage, StringComparison.OrdinalIgnoreCase);
}
