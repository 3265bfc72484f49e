namespace Pylon.Orchestrator.Flow;

/// <summary>The provider will not book an item for this workload; the others are still to be had.</summary>
internal sealed class ItemRefusedException(string itemId, string reason) : Exception($"{itemId}: {reason}")
{
    public string ItemId { get; } = itemId;
}
