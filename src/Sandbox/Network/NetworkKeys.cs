using Pylon.Signing;

namespace Pylon.Sandbox.Network;

/// <summary>Signs what the provider sends, and verifies what Pylon sends.</summary>
internal sealed class NetworkKeys : IDisposable
{
    /// <summary>The id of the provider's key; it stays when the key is rotated.</summary>
    public const string KeyId = "sandbox-1";

    private const int Validity = 300;
    private const int Spread = 600;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    private readonly NetworkOptions _options;
    private readonly TimeProvider _time;
    private readonly SigningKey _foreign = SigningKey.Create();
    private SigningKey _own;
    private int _signed;

    public NetworkKeys(NetworkOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _own = options.KeyFile is { } file
            ? SigningKey.TryParse(File.ReadAllText(file)) ?? throw new InvalidOperationException($"SANDBOX_KEY_FILE is '{file}': must have an Ed25519 private key in base64")
            : SigningKey.Create();
    }

    /// <summary>The provider's public key.</summary>
    public string PublicKey => _own.PublicKey;

    /// <summary>A public key that is nobody's here.</summary>
    public string ForeignKey => _foreign.PublicKey;

    /// <summary>The provider gets another key under the same id.</summary>
    public void Rotate() => _own = SigningKey.Create();

    /// <summary>A header that was not given before, even for the same body in the same second: its end differs.</summary>
    /// <param name="body">The bytes that are sent.</param>
    /// <param name="forged">Signed with a key that the registry does not have.</param>
    public string Sign(ReadOnlySpan<byte> body, bool forged = false)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var until = now + Validity + (Interlocked.Increment(ref _signed) & int.MaxValue) % Spread;
        return (forged ? _foreign : _own).Sign(new SignerId(_options.BppId, KeyId), now, until, body).ToString();
    }

    /// <summary>Why a request is not Pylon's; null when it is, or when Pylon's key is not known.</summary>
    public SignatureRefusal? Refusal(HttpRequest request, ReadOnlySpan<byte> body)
    {
        if (_options.BapKey is not { } key)
            return null;
        if (SignatureHeader.TryReadHeader("Authorization", request.Headers.Authorization, out var header) is { } refusal)
            return refusal;
        return header!.Signer != new SignerId(_options.BapId, _options.BapKeyId)
            ? SignatureRefusal.KeyUnknown("keyId: must be a key that the registry knows")
            : header.OutOfTime(_time.GetUtcNow(), Skew) ?? (key.Verifies(header, body) ? null : SignatureRefusal.Invalid);
    }

    public void Dispose()
    {
        _own.Dispose();
        _foreign.Dispose();
    }
}
