using System.ComponentModel.DataAnnotations;
using Pylon.Access;

namespace Pylon.ServiceDefaults.Callers;

/// <summary>Settings <c>Access:*</c>, the same for every process: who is let in.</summary>
internal sealed class AccessOptions : IValidatableObject
{
    public const string Section = "Access";

    /// <summary>
    /// PYLON_INTERNAL_KEY: the secret by which the services of Pylon know one another, at least 32 characters, the same in all of
    /// them. With it every caller needs a key or a token; without it nobody is asked, which is for loopback alone.
    /// PYLON_INTERNAL_KEY_FILE keeps it out of the environment.
    /// </summary>
    public string? InternalKey { get; set; }

    /// <summary>PYLON_INTERNAL_KEY_FILE: the path of a file with that secret.</summary>
    public string? InternalKeyFile { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(InternalKey) && !string.IsNullOrEmpty(InternalKeyFile))
            yield return new ValidationResult("must not be set beside PYLON_INTERNAL_KEY", [nameof(InternalKeyFile)]);
        else if (!string.IsNullOrEmpty(InternalKeyFile) && !File.Exists(InternalKeyFile))
            yield return new ValidationResult("must be a file", [nameof(InternalKeyFile)]);
        else if (Load() is { } key && key.Length < InternalTokens.ShortestKey)
            yield return new ValidationResult($"must have at least {InternalTokens.ShortestKey} characters", [string.IsNullOrEmpty(InternalKeyFile) ? nameof(InternalKey) : nameof(InternalKeyFile)]);
    }

    /// <summary>The secret; null when none is set.</summary>
    public string? Load() => SecretText.Of(InternalKey, InternalKeyFile);
}
