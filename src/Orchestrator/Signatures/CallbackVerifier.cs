using Microsoft.Extensions.Options;
using Pylon.Signing;

namespace Pylon.Orchestrator.Signatures;

/// <summary>
/// Verifies the signatures of a callback over its raw bytes: that of the Beckn gateway where one passed it on, and always
/// that of the provider. Nothing of the body is parsed before.
/// </summary>
internal sealed class CallbackVerifier(KeyDirectory keys, IOptions<RegistryOptions> options, TimeProvider time)
{
    private const string Provider = "BPP";
    private const string Gateway = "BG";

    private readonly RegistryOptions _options = options.Value;

    /// <summary>False without a registry: then callbacks count without a signature.</summary>
    public bool IsOn => _options.Url is not null;

    /// <param name="authorization">The Authorization headers as they came.</param>
    /// <param name="gateway">The X-Gateway-Authorization headers as they came.</param>
    /// <param name="body">The raw bytes.</param>
    /// <param name="cancellationToken">Ends the wait for the registry.</param>
    public async ValueTask<SignatureVerdict> VerifyAsync(IReadOnlyList<string> authorization, IReadOnlyList<string> gateway, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!IsOn)
            return new SignatureVerdict();
        if (gateway.Count > 0 && await VerifyAsync("X-Gateway-Authorization", gateway, Gateway, body, cancellationToken) is { Refusal: { } refused })
            return new SignatureVerdict(null, refused, IsOfGateway: true);
        var (header, refusal) = await VerifyAsync("Authorization", authorization, Provider, body, cancellationToken);
        return refusal is null ? new SignatureVerdict(CallbackSignature.Of(header!)) : new SignatureVerdict(null, refusal);
    }

    private async ValueTask<(SignatureHeader? Header, SignatureRefusal? Refusal)> VerifyAsync(
        string name, IReadOnlyList<string> values, string type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if ((SignatureHeader.TryReadHeader(name, values, out var header) ?? header!.OutOfTime(time.GetUtcNow(), _options.ClockSkew)) is { } refusal)
            return (null, refusal);
        var known = await keys.FindAsync(header!.Signer, type, cancellationToken);
        if (known.Refusal is not null)
            return (null, known.Refusal);
        if (known.Key!.Verifies(header, body.Span))
            return (header, null);
        var newer = await keys.FindNewerAsync(header.Signer, type, known, cancellationToken);
        return newer is { Key: { } key } && key.Verifies(header, body.Span) ? (header, null) : (null, newer?.Refusal ?? SignatureRefusal.Invalid);
    }
}
