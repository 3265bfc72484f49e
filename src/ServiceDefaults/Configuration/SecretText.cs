namespace Pylon.ServiceDefaults;

/// <summary>A secret that is given in a setting or in a file.</summary>
public static class SecretText
{
    /// <summary>The text of the file, or of the setting without one; null when neither is given.</summary>
    public static string? Of(string? setting, string? file)
    {
        var text = string.IsNullOrEmpty(file) ? setting : File.ReadAllText(file);
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }
}
