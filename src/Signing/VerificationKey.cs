using NSec.Cryptography;

namespace Pylon.Signing;

/// <summary>The public key of a signer: Ed25519.</summary>
public sealed class VerificationKey
{
    private const int Bytes = 32;

    private readonly PublicKey _key;

    private VerificationKey(PublicKey key) => _key = key;

    /// <summary>Reads a signing_public_key of a registry: 32 bytes in base64, with padding. Null when it is anything else.</summary>
    public static VerificationKey? TryParse(string? text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        return text is not null && Convert.TryFromBase64String(text, bytes, out var written) && written == Bytes && Convert.ToBase64String(bytes) == text
            && PublicKey.TryImport(SignatureAlgorithm.Ed25519, bytes, KeyBlobFormat.RawPublicKey, out var key)
            ? new VerificationKey(key!)
            : null;
    }

    /// <summary>True when the header is the signature of these bytes by this key.</summary>
    public bool Verifies(SignatureHeader header, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(header);
        Span<byte> text = stackalloc byte[SigningString.MaxBytes];
        var length = SigningString.Write(header.Created, header.Expires, body, text);
        return SignatureAlgorithm.Ed25519.Verify(_key, text[..length], header.Signature.Span);
    }

    /// <summary>In base64, as registries have it.</summary>
    public override string ToString() => Convert.ToBase64String(_key.Export(KeyBlobFormat.RawPublicKey));
}
