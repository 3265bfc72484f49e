using Pylon.Signing;

namespace Pylon.Beckn;

/// <summary>Signs what we send, as the subscriber BAP_ID.</summary>
public sealed class MessageSigner(BecknOptions beckn, SigningOptions signing, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LongestValidity = TimeSpan.FromMinutes(5);

    private readonly SigningKey? _key = signing.Load();

    /// <summary>The Authorization header of exactly these bytes, sent now; null without a key. It is valid for the ttl of our messages, and five minutes at most.</summary>
    public string? Authorize(ReadOnlySpan<byte> body)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var validity = beckn.Ttl < LongestValidity ? beckn.Ttl : LongestValidity;
        return _key?.Sign(new SignerId(beckn.BapId, signing.KeyId), now, now + (long)validity.TotalSeconds, body).ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _key?.Dispose();
}
