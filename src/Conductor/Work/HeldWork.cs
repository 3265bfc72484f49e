using Pylon.Conductor.V1;
using Pylon.Postgres;

namespace Pylon.Conductor.Work;

/// <summary>What a worker asks for.</summary>
/// <param name="Tenant">Whose parts it gets.</param>
/// <param name="Max">The most parts that it takes.</param>
internal sealed record WorkRequest(Tenant Tenant, string Worker, IReadOnlyList<string> Zones, IReadOnlyList<string> Jobs, int Max)
{
    /// <summary>Workers with the same key may be given the same parts.</summary>
    public string Key => $"{Tenant.OperatorId}\u001e{string.Join('\u001f', Zones.Order(StringComparer.Ordinal))}\u001e{string.Join('\u001f', Jobs.Order(StringComparer.Ordinal))}";
}

/// <summary>A part that a worker has got.</summary>
internal sealed record HeldWork(string Worker, Claim Claim);

/// <summary>What became of a part that was given back.</summary>
/// <param name="Next">When it may be claimed again; null when its phase has failed.</param>
/// <param name="Revision">Of its order.</param>
internal sealed record GivenBack(DateTimeOffset? Next, long Revision);

/// <summary>A phase that cannot be completed any more.</summary>
/// <param name="Revision">Of the order of which that is so.</param>
internal sealed record DeadPhase(string BatchId, string Phase, string CorrelationId, string Reason, long Revision);
