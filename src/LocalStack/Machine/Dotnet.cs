namespace Pylon.LocalStack.Machine;

/// <summary>The dotnet that runs us, which also builds and runs the services.</summary>
public static class Dotnet
{
    public static readonly IReadOnlyDictionary<string, string?> Quietly = new Dictionary<string, string?>
    {
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        // No build server stays behind: what we started ends with us.
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        // Found by msbuild through our own process otherwise, and then it is not the one that it needs.
        ["MSBuildSDKsPath"] = null,
        ["MSBuildExtensionsPath"] = null,
    };

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
