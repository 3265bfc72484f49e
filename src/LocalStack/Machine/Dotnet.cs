namespace Pylon.LocalStack.Machine;

/// <summary>The dotnet program that runs this process; it builds and runs the services, too.</summary>
public static class Dotnet
{
    /// <summary>Its environment: no telemetry, no banner, no server that stays behind.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Quietly = new Dictionary<string, string?>
    {
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        // They live for minutes: what the runtime learns by watching them costs more than it gives.
        ["DOTNET_TieredPGO"] = "0",
        // Set in our own process; msbuild would take them for its own.
        ["MSBuildSDKsPath"] = null,
        ["MSBuildExtensionsPath"] = null,
    };

    /// <summary>Its path.</summary>
    public static string Program { get; } = Locate();

    private static string Locate()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host))
            return host;
        if (Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet")
            return self;
        return Tools.Find("dotnet") ?? throw new StackException("dotnet is not on the PATH.");
    }
}
