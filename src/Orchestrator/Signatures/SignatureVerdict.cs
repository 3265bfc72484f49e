using Pylon.Signing;

namespace Pylon.Orchestrator.Signatures;

/// <summary>What came of the signatures of a callback.</summary>
/// <param name="Signature">The good one; null when it is refused, or when callbacks are not verified.</param>
/// <param name="Refusal">Null when it is not refused.</param>
/// <param name="IsOfGateway">The refused one is that of the Beckn gateway.</param>
internal sealed record SignatureVerdict(CallbackSignature? Signature = null, SignatureRefusal? Refusal = null, bool IsOfGateway = false);
