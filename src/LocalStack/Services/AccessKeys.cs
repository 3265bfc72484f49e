using System.Security.Cryptography;
using Pylon.Access;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Services;

/// <summary>
/// A stack that asks its callers for a key, as one in production does: with <c>PYLON_ACCESS=keys</c>. Without it, it is open. The secret of the
/// services and the first key are made at the first start and kept in files that only their user may read.
/// </summary>
public static class AccessKeys
{
    /// <summary>Holds the key for the commands and the Sandbox.</summary>
    public const string KeySetting = "PYLON_API_KEY";

    private const string Setting = "PYLON_ACCESS";
    private const int InternalKeyLength = 43;
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>The settings by name; none for an open stack.</summary>
    /// <param name="directory">Where the keys are.</param>
    /// <param name="given">The value that the user gives a setting, which wins; null when the user gives none.</param>
    /// <exception cref="StackException">The setting is neither keys nor open.</exception>
    public static IReadOnlyDictionary<string, string> At(string directory, Func<string, string?> given)
    {
        if (given(Setting) is null or "open")
            return new Dictionary<string, string>();
        if (given(Setting) != "keys")
            throw new StackException($"{Setting}={given(Setting)}: must be keys or open");
        var (services, admin) = (Path.Combine(directory, "internal.key"), Path.Combine(directory, "admin.key"));
        SecretFile.ReadOrMake(services, () => RandomNumberGenerator.GetString(Letters, InternalKeyLength));
        var settings = new Dictionary<string, string> { [KeySetting] = given(KeySetting) ?? SecretFile.ReadOrMake(admin, () => ApiKey.Create().Text) };
        if (given("PYLON_INTERNAL_KEY") is null)
            settings["PYLON_INTERNAL_KEY_FILE"] = given("PYLON_INTERNAL_KEY_FILE") ?? services;
        if (given("PYLON_BOOTSTRAP_KEY") is null && given(KeySetting) is null)
            settings["PYLON_BOOTSTRAP_KEY_FILE"] = given("PYLON_BOOTSTRAP_KEY_FILE") ?? admin;
        return settings;
    }
}
