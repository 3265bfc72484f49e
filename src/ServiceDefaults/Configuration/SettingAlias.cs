namespace Pylon.ServiceDefaults.Configuration;

/// <summary>An environment variable that also sets a configuration key, and how its text becomes the key's.</summary>
internal sealed record SettingAlias(string Name, string Key, Func<string, string>? Convert = null)
{
    public string ValueOf(string text) => Convert is null ? text : Convert(text);
}
