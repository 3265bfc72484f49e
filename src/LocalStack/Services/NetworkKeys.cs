using Pylon.LocalStack.Machine;
using Pylon.Signing;

namespace Pylon.LocalStack.Services;

/// <summary>
/// The keys with which Pylon and the Sandbox sign to one another. They are made at the first start and kept in files that
/// only their user may read.
/// </summary>
public static class NetworkKeys
{
    /// <summary>The settings by name.</summary>
    /// <param name="directory">Where the keys are.</param>
    /// <param name="sandbox">Its address.</param>
    /// <param name="given">The value that the user gives a setting, which wins; null when the user gives none.</param>
    public static IReadOnlyDictionary<string, string> At(string directory, string sandbox, Func<string, string?> given)
    {
        var settings = new Dictionary<string, string> { ["SANDBOX_KEY_FILE"] = Key(directory, "sandbox").File };
        if (given("BECKN_PRIVATE_KEY") is null && given("BECKN_KEY_FILE") is null)
            (settings["BECKN_KEY_FILE"], settings["SANDBOX_BAP_PUBLIC_KEY"]) = Key(directory, "pylon");
        // Another provider is in another network.
        if (given("BPP_BASE_URL") is null)
            settings["BECKN_REGISTRY_URL"] = $"{sandbox}/registry";
        return settings.ToDictionary(setting => setting.Key, setting => given(setting.Key) ?? setting.Value);
    }

    private static (string File, string PublicKey) Key(string directory, string name)
    {
        var file = Path.Combine(directory, $"{name}.key");
        if (!File.Exists(file))
        {
            using var made = SigningKey.Create();
            SecretFile.Write(file, made.Export());
        }

        using var key = SigningKey.TryParse(File.ReadAllText(file)) ?? throw new StackException($"{file} has no Ed25519 private key; delete it to get a new one.");
        return (file, key.PublicKey);
    }
}
