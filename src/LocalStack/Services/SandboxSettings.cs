namespace Pylon.LocalStack.Services;

/// <summary>What the services are told of the outside world where the sandbox plays it.</summary>
public static class SandboxSettings
{
    private const string NoPause = "00:00:00";

    /// <summary>The settings by name.</summary>
    /// <param name="sandbox">Its address.</param>
    /// <param name="given">The value of a setting that the user gives, which goes before; null when there is none.</param>
    public static IReadOnlyDictionary<string, string> At(string sandbox, Func<string, string?> given)
    {
        Dictionary<string, string> sources = new()
        {
            ["Sources__CarbonIntensityBaseUrl"] = $"{sandbox}/carbon-intensity",
            ["Sources__NesoBaseUrl"] = $"{sandbox}/neso/api/3/action",
            ["Sources__ElexonBaseUrl"] = $"{sandbox}/elexon",
        };
        Dictionary<string, string> haste = new()
        {
            ["Sources__RequestPause"] = NoPause,
            ["Sources__NesoDatastorePause"] = NoPause,
            ["Sources__RetryPause"] = "00:00:00.250",
            ["Sources__BreakDuration"] = "00:00:01",
        };
        // The real sources ask for pauses between requests, the sandbox does not.
        var isPlayed = sources.Keys.All(name => given(name) is null);
        return new Dictionary<string, string> { ["BPP_BASE_URL"] = $"{sandbox}/bpp" }
            .Concat(sources).Concat(isPlayed ? haste : []).ToDictionary(setting => setting.Key, setting => given(setting.Key) ?? setting.Value);
    }
}
