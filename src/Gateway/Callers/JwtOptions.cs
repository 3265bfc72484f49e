using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Callers;

/// <summary>Settings <c>Jwt:*</c>: tokens of an identity provider, beside keys. All three, or none.</summary>
internal sealed class JwtOptions : IValidatableObject
{
    public const string Section = "Jwt";

    /// <summary>PYLON_JWT_ISSUER: the claim iss of every token, exactly.</summary>
    public string? Issuer { get; init; }

    /// <summary>PYLON_JWT_AUDIENCE: one of the claim aud.</summary>
    public string? Audience { get; init; }

    /// <summary>PYLON_JWT_JWKS: the public keys of the issuer as a JSON Web Key Set: an https URL, or the path of a file.</summary>
    public string? Jwks { get; init; }

    /// <summary>True when tokens are taken.</summary>
    public bool IsOn => !string.IsNullOrEmpty(Issuer);

    /// <summary>True for the path of a file.</summary>
    public bool IsFile => Jwks?.Contains("://", StringComparison.Ordinal) != true;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Name, string? Value)[] all = [(nameof(Issuer), Issuer), (nameof(Audience), Audience), (nameof(Jwks), Jwks)];
        if (all.All(one => string.IsNullOrEmpty(one.Value)))
            yield break;
        foreach (var (name, value) in all)
        {
            if (string.IsNullOrEmpty(value))
                yield return new ValidationResult("is required with the other settings of Jwt", [name]);
        }

        if (string.IsNullOrEmpty(Jwks))
            yield break;
        if (IsFile ? !File.Exists(Jwks) : !(Uri.TryCreate(Jwks, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps))
            yield return new ValidationResult("must be an https URL, or a file", [nameof(Jwks)]);
    }
}
