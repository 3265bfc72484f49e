namespace Pylon.Conductor.Catalogues;

/// <summary>
/// Decides which phases of a pipeline a batch still has to run. A target that is not complete runs; what runs needs
/// each phase that it requires, which runs too unless it is complete. A complete phase needs nothing.
/// Among phases that could run next, the one that stands first in the catalogue does, so that the answer is the same
/// for the same state.
/// </summary>
internal static class Resolver
{
    public static Resolution Resolve(Catalogue catalogue, PipelineRule pipeline, IReadOnlySet<string> complete)
    {
        var neededBy = Needed(catalogue, pipeline, complete);
        var order = Order(catalogue, neededBy.Keys.ToHashSet(StringComparer.Ordinal));
        var rest = catalogue.ClosureOf(pipeline.Targets).Where(p => !neededBy.ContainsKey(p)).OrderBy(catalogue.PlaceOf);
        return new Resolution(
            pipeline.Name,
            [
                .. order.Select(p => new Verdict(p, Decision.Run, neededBy[p] is { } by ? $"required by {by}" : "a target of the pipeline")),
                .. rest.Select(p => complete.Contains(p)
                    ? new Verdict(p, Decision.SkipCompleted, "already_completed")
                    : new Verdict(p, Decision.NotNeeded, "only completed phases require it")),
            ]);
    }

    /// <summary>The phases to run, each with the first phase that requires it; null for a target.</summary>
    private static Dictionary<string, string?> Needed(Catalogue catalogue, PipelineRule pipeline, IReadOnlySet<string> complete)
    {
        var needed = new Dictionary<string, string?>(StringComparer.Ordinal);
        var open = new Queue<(string Phase, string? By)>(pipeline.Targets.Select(t => (t, (string?)null)));
        while (open.TryDequeue(out var next))
        {
            if (complete.Contains(next.Phase) || !needed.TryAdd(next.Phase, next.By))
                continue;
            foreach (var required in catalogue.Phase(next.Phase)!.Requires)
                open.Enqueue((required, next.Phase));
        }

        return needed;
    }

    private static List<string> Order(Catalogue catalogue, HashSet<string> phases)
    {
        var waitsFor = phases.ToDictionary(p => p, p => catalogue.Phase(p)!.Requires.Count(phases.Contains), StringComparer.Ordinal);
        var dependants = phases.SelectMany(p => catalogue.Phase(p)!.Requires.Where(phases.Contains).Select(r => (Required: r, Phase: p)))
            .ToLookup(x => x.Required, x => x.Phase, StringComparer.Ordinal);
        var ready = new PriorityQueue<string, int>(waitsFor.Where(w => w.Value == 0).Select(w => (w.Key, catalogue.PlaceOf(w.Key))));
        var order = new List<string>(phases.Count);
        while (ready.TryDequeue(out var phase, out _))
        {
            order.Add(phase);
            foreach (var dependant in dependants[phase])
            {
                if (--waitsFor[dependant] == 0)
                    ready.Enqueue(dependant, catalogue.PlaceOf(dependant));
            }
        }

        return order;
    }
}
