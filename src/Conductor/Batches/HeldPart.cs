using Pylon.Rpc;

namespace Pylon.Conductor.Batches;

/// <summary>That a report comes from the holder of a part. It counts only while the lease lives.</summary>
/// <param name="Token">The fencing token of the claim.</param>
/// <param name="Output">The end of the output of the part.</param>
/// <param name="EnergyKwh">Of the part, as it was told; a report counts millionths.</param>
internal sealed record HeldPart(long Token, string Output, double? EnergyKwh, bool IsEstimated)
{
    /// <summary>The answer to a former holder.</summary>
    public static RefusalException Lost(long token) => Refusal.FailedPrecondition(
        "LEASE_LOST", $"the lease with token {token} is over, or the part is completed, withdrawn or somebody else's: stop the part").AsException();
}
