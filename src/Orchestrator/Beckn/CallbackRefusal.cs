using Pylon.Signing;

namespace Pylon.Orchestrator.Beckn;

/// <summary>The NACK of a callback.</summary>
/// <param name="Status">Of HTTP.</param>
/// <param name="Code">error.code: of BECKN-005, or that of the signature.</param>
/// <param name="Reason">Begins with the field that is wrong and a colon, unless it is the signature.</param>
/// <param name="Label">Of the metric, one of a few dozen.</param>
/// <param name="Challenge">The header that asks for a good signature.</param>
internal sealed record CallbackRefusal(int Status, string Code, string Reason, string Label, string? Challenge = null)
{
    public const int Unavailable = 503;

    // BECKN-005, Error Codes.
    private const string InvalidRequest = "30000";

    /// <param name="reason">Begins with the field and a colon.</param>
    public static CallbackRefusal Of(string reason) =>
        new(400, InvalidRequest, reason, reason[..reason.IndexOf(':')].Replace("context.", "", StringComparison.Ordinal));

    public static CallbackRefusal Of(SignatureRefusal refusal, bool isOfGateway = false) => refusal == SignatureRefusal.RegistryUnavailable
        ? new(Unavailable, refusal.Code, refusal.Reason, refusal.Code)
        : new(401, refusal.Code, refusal.Reason, refusal.Code, isOfGateway ? "Proxy-Authenticate" : "WWW-Authenticate");
}
