using System.Text.Json;

namespace Pylon.Insights.Engines;

/// <summary>What came back from an engine, before its numbers are checked.</summary>
internal abstract record EngineReply
{
    private EngineReply()
    {
    }

    /// <summary>In sentences: what the engine did; empty for an answer.</summary>
    public abstract string Problem { get; }

    /// <param name="Json">An object.</param>
    public sealed record Answer(JsonElement Json) : EngineReply
    {
        public override string Problem => "";
    }

    /// <summary>An answer that cannot be read.</summary>
    public sealed record Unusable(EngineRefusal Refusal) : EngineReply
    {
        public override string Problem => Refusal.Reason;
    }

    /// <param name="Word">In metrics.</param>
    /// <param name="Reason">In sentences: what the engine did.</param>
    /// <param name="IsTransient">The same call may succeed later; it counts for the circuit.</param>
    public sealed record Failure(string Word, string Reason, bool IsTransient) : EngineReply
    {
        public override string Problem => Reason;
    }
}

/// <summary>Why an answer, or a part of it, is not used.</summary>
/// <param name="Word">In metrics.</param>
/// <param name="Reason">In sentences: what is wrong with it.</param>
internal sealed record EngineRefusal(string Word, string Reason);
