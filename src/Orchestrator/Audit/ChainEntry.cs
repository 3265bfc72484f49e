namespace Pylon.Orchestrator.Audit;

/// <summary>An entry of the chain with what it stands for.</summary>
/// <param name="Seq">Its place.</param>
/// <param name="DecisionId">The id of the decision.</param>
/// <param name="PrevHash">As it is stored.</param>
/// <param name="Hash">As it is stored.</param>
/// <param name="Fields">The columns of the decision as text, in the order of decision_fields; null when the decision is gone.</param>
/// <param name="ContextHash">Of the context as it is now; null without one.</param>
/// <param name="OutputHash">Of the output as it is now; null without one.</param>
internal sealed record ChainEntry(
    long Seq, Guid DecisionId, string PrevHash, string Hash, IReadOnlyList<string?>? Fields, string? ContextHash, string? OutputHash)
{
    // The last two columns of a decision.
    private string? LoggedContextHash => Fields![^2];

    private string? LoggedOutputHash => Fields![^1];

    public byte[] Bytes => Fields is null ? [] : ChainHash.Bytes(Seq, PrevHash, Fields);

    /// <summary>What does not hold, in words; null when it holds.</summary>
    /// <param name="lastSeq">The place of the entry before; 0 for the first.</param>
    /// <param name="lastHash">Its hash.</param>
    public string? Broken(long lastSeq, string lastHash) =>
        Seq != lastSeq + 1 ? $"entry {lastSeq + 1} is missing"
        : PrevHash != lastHash ? "it does not follow the entry before: prev_hash is another"
        : Fields is null ? "its decision is gone"
        : ChainHash.Of(Bytes) != Hash ? "its decision was changed: the hash is another"
        : LoggedContextHash is { } context && context != ContextHash ? "its decision context was changed or is gone"
        : LoggedOutputHash is { } output && output != OutputHash ? "its LLM output was changed or is gone"
        : null;
}
