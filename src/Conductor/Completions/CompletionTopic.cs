namespace Pylon.Conductor.Completions;

/// <summary>A topic with completions of phases.</summary>
/// <param name="Phase">The phase that is completed; empty when each event names it.</param>
/// <param name="WholeBatch">Its events are about batches, not about entities of them.</param>
internal sealed record CompletionTopic(string Name, string Phase, bool WholeBatch)
{
    public static IReadOnlyList<CompletionTopic> All { get; } =
    [
        new("phases", Phase: "", WholeBatch: false),
        new("huleedu.batch.spellcheck.phase.completed.v1", "spellcheck", WholeBatch: false),
        new("huleedu.batch.nlp.phase.completed.v1", "nlp", WholeBatch: false),
        new("huleedu.cj_assessment.completed.v1", "cj_assessment", WholeBatch: true),
    ];
}
