namespace Pylon.ServiceDefaults.Configuration;

/// <summary>An environment variable that also sets a configuration key, and how its text becomes the key's.</summary>
/// <param name="Service">The only service that it is for, where the key is one that all services have.</param>
internal sealed record SettingAlias(string Name, string Key, Func<string, string>? Convert = null, string? Service = null)
{
    public string ValueOf(string text) => Convert is null ? text : Convert(text);
}
