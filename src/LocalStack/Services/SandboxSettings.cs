namespace Pylon.LocalStack.Services;

/// <summary>The settings that point the services at the sandbox in place of the real provider and sources.</summary>
public static class SandboxSettings
{
    private const string NoPause = "00:00:00";

    /// <summary>The settings by name.</summary>
    /// <param name="sandbox">Its address.</param>
    /// <param name="given">The value that the user gives a setting, which wins; null when the user gives none.</param>
    public static IReadOnlyDictionary<string, string> At(string sandbox, Func<string, string?> given)
    {
        Dictionary<string, string> sources = new()
        {
            ["Sources__CarbonIntensityBaseUrl"] = $"{sandbox}/carbon-intensity",
            ["Sources__NesoBaseUrl"] = $"{sandbox}/neso/api/3/action",
            ["Sources__ElexonBaseUrl"] = $"{sandbox}/elexon",
        };
        Dictionary<string, string> shortPauses = new()
        {
            ["Sources__RequestPause"] = NoPause,
            ["Sources__NesoDatastorePause"] = NoPause,
            ["Sources__RetryPause"] = "00:00:00.250",
            ["Sources__BreakDuration"] = "00:00:01",
        };
        // The real sources ask for pauses between requests, the sandbox does not.
        var isSimulated = sources.Keys.All(name => given(name) is null);
        Dictionary<string, string> provider = given("BPP_BASE_URL") is null
            ? new() { ["BPP_BASE_URL"] = $"{sandbox}/bpp", ["BPP_ID"] = "sandbox.pylon.local" }
            : new() { ["BPP_BASE_URL"] = $"{sandbox}/bpp" };
        return provider.Concat(sources).Concat(isSimulated ? shortPauses : []).ToDictionary(setting => setting.Key, setting => given(setting.Key) ?? setting.Value);
    }
}
