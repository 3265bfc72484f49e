using System.ComponentModel.DataAnnotations;
using Pylon.Access;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Keys;

/// <summary>Settings <c>Access:*</c> of the Orchestrator: the first key.</summary>
internal sealed class KeyOptions : IValidatableObject
{
    public const string Section = "Access";

    /// <summary>
    /// PYLON_BOOTSTRAP_KEY: a key in full, with every scope, with which the first keys are made; it is stored at the
    /// start. Once it is revoked it stays so. PYLON_BOOTSTRAP_KEY_FILE keeps it out of the environment.
    /// </summary>
    public string? BootstrapKey { get; set; }

    /// <summary>PYLON_BOOTSTRAP_KEY_FILE: the path of a file with that key.</summary>
    public string? BootstrapKeyFile { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(BootstrapKey) && !string.IsNullOrEmpty(BootstrapKeyFile))
            yield return new ValidationResult("must not be set beside PYLON_BOOTSTRAP_KEY", [nameof(BootstrapKeyFile)]);
        else if (!string.IsNullOrEmpty(BootstrapKeyFile) && !File.Exists(BootstrapKeyFile))
            yield return new ValidationResult("must be a file", [nameof(BootstrapKeyFile)]);
        else if (SecretText.Of(BootstrapKey, BootstrapKeyFile) is { } text && !ApiKey.TryParse(text, out _))
            yield return new ValidationResult("must be pyl_, 32 hex digits, _ and 43 letters and digits", [string.IsNullOrEmpty(BootstrapKeyFile) ? nameof(BootstrapKey) : nameof(BootstrapKeyFile)]);
    }

    /// <summary>The key; null when none is set.</summary>
    public ApiKey? Load() => SecretText.Of(BootstrapKey, BootstrapKeyFile) is { } text && ApiKey.TryParse(text, out var key) ? key : null;
}
