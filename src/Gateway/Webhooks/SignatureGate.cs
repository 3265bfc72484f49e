using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Pylon.Beckn;
using Pylon.Signing;

namespace Pylon.Gateway.Webhooks;

/// <summary>
/// Refuses a callback that cannot have a good signature, before its body is read: a flood of them costs the services
/// nothing. Whether the signature is good says the Orchestrator, which has the keys and knows what was taken before.
/// </summary>
internal sealed class SignatureGate(IOptions<RegistryOptions> options, IConfiguration configuration, TimeProvider time)
{
    private readonly RegistryOptions _options = options.Value;

    /// <summary>The value of WWW-Authenticate.</summary>
    public string Challenge { get; } = SignatureHeader.Challenge(configuration["Bpp:BapId"] is { Length: > 0 } id ? id : new BecknOptions().BapId);

    /// <param name="authorization">The Authorization headers.</param>
    public SignatureRefusal? Refusal(StringValues authorization)
    {
        if (_options.Url is null)
            return null;
        return SignatureHeader.TryReadHeader("Authorization", authorization, out var header) ?? header!.OutOfTime(time.GetUtcNow(), _options.ClockSkew);
    }
}
