namespace Pylon.Orchestrator.Flow;

/// <summary>The provider refuses to book an item for this workload; it may book another.</summary>
internal sealed class ItemRefusedException(string itemId, string reason) : Exception($"{itemId}: {reason}")
{
    public string ItemId { get; } = itemId;
}
