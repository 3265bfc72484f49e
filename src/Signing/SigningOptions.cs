using System.ComponentModel.DataAnnotations;

namespace Pylon.Signing;

/// <summary>The key that signs our messages to providers. Without one they are not signed. Section Signing.</summary>
public sealed class SigningOptions : IValidatableObject
{
    public const string Section = "Signing";

    private const string Shape = "must be an Ed25519 private key: base64 of its seed (32 bytes), or of seed and public key (64 bytes)";

    /// <summary>BECKN_PRIVATE_KEY: the Ed25519 private key, base64 of its seed (32 bytes), or of seed and public key (64 bytes). BECKN_KEY_FILE keeps it out of the environment.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>BECKN_KEY_FILE: the path of a file with the private key.</summary>
    public string? KeyFile { get; set; }

    /// <summary>BECKN_KEY_ID: the unique_key_id under which the registry has its public key.</summary>
    [Required]
    public string KeyId { get; set; } = "pylon-1";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!SignerId.IsUsable(KeyId))
            yield return new ValidationResult("must have 1 to 255 letters, digits and -._~:/@+", [nameof(KeyId)]);
        if (!string.IsNullOrEmpty(PrivateKey) && !string.IsNullOrEmpty(KeyFile))
            yield return new ValidationResult("must not be set beside BECKN_PRIVATE_KEY", [nameof(KeyFile)]);
        else if (!string.IsNullOrEmpty(KeyFile) && !File.Exists(KeyFile))
            yield return new ValidationResult("must be a file", [nameof(KeyFile)]);
        else if (Problem() is { } problem)
            yield return new ValidationResult(problem, [string.IsNullOrEmpty(KeyFile) ? nameof(PrivateKey) : nameof(KeyFile)]);
    }

    /// <summary>False when messages are not signed.</summary>
    public bool HasKey => !string.IsNullOrEmpty(PrivateKey) || !string.IsNullOrEmpty(KeyFile);

    /// <summary>The key; null when none is set.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public SigningKey? Load() =>
        (string.IsNullOrEmpty(KeyFile) ? PrivateKey : File.ReadAllText(KeyFile)) is { Length: > 0 } text ? SigningKey.TryParse(text) ?? throw new FormatException(Shape) : null;

    private string? Problem()
    {
        try
        {
            Load()?.Dispose();
            return null;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return e is FormatException ? Shape : $"must be readable: {e.Message}";
        }
    }
}
