using NSec.Cryptography;

namespace Pylon.Signing;

/// <summary>The private key of a signer: Ed25519. It is in no text but that of <see cref="Export"/>.</summary>
public sealed class SigningKey : IDisposable
{
    private const int SeedBytes = 32;
    private const int SeedAndPublicBytes = 64;

    private readonly Key _key;

    private SigningKey(Key key)
    {
        _key = key;
        PublicKey = Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>In base64, for the registry.</summary>
    public string PublicKey { get; }

    /// <summary>A new key.</summary>
    public static SigningKey Create() => new(Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>Reads base64 of the 32 bytes of a seed, or of 64 bytes, the seed and the public key, as libsodium writes it. Null when it is anything else.</summary>
    public static SigningKey? TryParse(string? text)
    {
        Span<byte> bytes = stackalloc byte[SeedAndPublicBytes];
        if (text is null || !Convert.TryFromBase64String(text.Trim(), bytes, out var written) || written is not (SeedBytes or SeedAndPublicBytes)
            || !Key.TryImport(SignatureAlgorithm.Ed25519, bytes[..SeedBytes], KeyBlobFormat.RawPrivateKey, out var key, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }))
        {
            return null;
        }

        var parsed = new SigningKey(key!);
        if (written == SeedBytes || parsed.PublicKey == Convert.ToBase64String(bytes[SeedBytes..]))
            return parsed;
        parsed.Dispose();
        return null;
    }

    /// <summary>The header of a body that is sent now.</summary>
    public SignatureHeader Sign(SignerId signer, long created, long expires, ReadOnlySpan<byte> body) =>
        new(signer, created, expires, SignatureAlgorithm.Ed25519.Sign(_key, SigningString.Of(created, expires, body)));

    /// <summary>The seed in base64, for the file that keeps it.</summary>
    public string Export() => Convert.ToBase64String(_key.Export(KeyBlobFormat.RawPrivateKey));

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
