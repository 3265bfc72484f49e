using Pylon.Signing;

namespace Pylon.Sandbox.Network;

/// <summary>The two subscribers of the sandbox's network, from the environment.</summary>
/// <param name="BppId">The provider.</param>
/// <param name="KeyFile">Its private key; without one it makes a key at its start.</param>
/// <param name="BapId">Pylon.</param>
/// <param name="BapKeyId">The id of Pylon's key.</param>
/// <param name="BapKey">Pylon's public key; without one its requests are not verified.</param>
internal sealed record NetworkOptions(string BppId, string? KeyFile, string BapId, string BapKeyId, VerificationKey? BapKey)
{
    public static NetworkOptions Read(IConfiguration settings) => new(
        Text(settings, "BPP_ID", "sandbox.pylon.local"),
        settings["SANDBOX_KEY_FILE"] is { Length: > 0 } file ? file : null,
        Text(settings, "BAP_ID", "ev-charging.sandbox1.com"),
        Text(settings, "BECKN_KEY_ID", "pylon-1"),
        settings["SANDBOX_BAP_PUBLIC_KEY"] is { Length: > 0 } key
            ? VerificationKey.TryParse(key) ?? throw new InvalidOperationException($"SANDBOX_BAP_PUBLIC_KEY is '{key}': must be 32 bytes in base64")
            : null);

    private static string Text(IConfiguration settings, string name, string otherwise) => settings[name] is { Length: > 0 } text ? text : otherwise;
}
