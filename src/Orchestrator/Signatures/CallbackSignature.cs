using System.Security.Cryptography;
using System.Text;
using Pylon.Signing;

namespace Pylon.Orchestrator.Signatures;

/// <summary>A good signature of a callback.</summary>
/// <param name="Subscriber">Who signed.</param>
/// <param name="Hash">SHA-256 of subscriber and signature: what is remembered of it.</param>
/// <param name="Expires">The end of its time.</param>
internal sealed record CallbackSignature(string Subscriber, byte[] Hash, DateTimeOffset Expires)
{
    public static CallbackSignature Of(SignatureHeader header) => new(
        header.Signer.Subscriber,
        SHA256.HashData([.. Encoding.ASCII.GetBytes($"{header.Signer.Subscriber}|"), .. header.Signature.Span]),
        DateTimeOffset.FromUnixTimeSeconds(header.Expires));
}
