namespace Pylon.Conductor.Catalogues;

/// <summary>Everything that is wrong with a catalogue, each with its place.</summary>
internal static class CatalogueCheck
{
    private const int MaxNameLength = 100;

    public static IReadOnlyList<string> FaultsOf(CatalogueFile file)
    {
        var phases = file.Phases ?? [];
        var pipelines = file.Pipelines ?? [];
        var faults = new List<string>();
        if (phases.Count == 0)
            faults.Add("phases: must have at least one");
        if (pipelines.Count == 0)
            faults.Add("pipelines: must have at least one");
        Names("phases", [.. phases.Select(p => p.Name)], faults);
        Names("pipelines", [.. pipelines.Select(p => p.Name)], faults);
        var known = phases.Select(p => p.Name ?? "").ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < phases.Count; i++)
            References($"phases[{i}].requires", phases[i].Requires ?? [], known, faults);
        for (var i = 0; i < pipelines.Count; i++)
        {
            if (pipelines[i].Targets is not { Count: > 0 } targets)
                faults.Add($"pipelines[{i}].targets: must have at least one");
            else
                References($"pipelines[{i}].targets", targets, known, faults);
        }

        // The remaining checks follow references, which must be valid for it.
        if (faults.Count == 0 && !Cycle(phases, faults))
            Unreachable(phases, pipelines, faults);
        return faults;
    }

    private static void Names(string list, IReadOnlyList<string?> names, List<string> faults)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] is not { Length: > 0 and <= MaxNameLength } name || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
                faults.Add($"{list}[{i}].name: must have 1 to {MaxNameLength} lower-case letters, digits and underscores");
            else if (!first.TryAdd(name, i))
                faults.Add($"{list}[{i}].name: '{name}' must be there once; it is {list}[{first[name]}] too");
        }
    }

    private static void References(string place, IReadOnlyList<string> names, HashSet<string> known, List<string> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!known.Contains(names[i]))
                faults.Add($"{place}[{i}]: '{names[i]}' must be a phase of the catalogue");
            else if (!seen.Add(names[i]))
                faults.Add($"{place}[{i}]: '{names[i]}' must be there once");
        }
    }

    private static bool Cycle(IReadOnlyList<CatalogueFile.PhaseEntry> phases, List<string> faults)
    {
        var byName = phases.Select((p, i) => (p, i)).ToDictionary(x => x.p.Name!, StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        foreach (var phase in phases)
        {
            if (Walk(phase.Name!) is not { } cycle)
                continue;
            faults.Add($"phases[{byName[cycle[0]].i}].requires: must not be a circle: {string.Join(" → ", cycle)}");
            return true;
        }

        return false;

        List<string>? Walk(string name)
        {
            var at = path.IndexOf(name);
            if (at >= 0)
                return [.. path[at..], name];
            if (done.Contains(name))
                return null;
            path.Add(name);
            foreach (var required in byName[name].p.Requires ?? [])
            {
                if (Walk(required) is { } cycle)
                    return cycle;
            }

            path.RemoveAt(path.Count - 1);
            done.Add(name);
            return null;
        }
    }

    private static void Unreachable(
        IReadOnlyList<CatalogueFile.PhaseEntry> phases, IReadOnlyList<CatalogueFile.PipelineEntry> pipelines, List<string> faults)
    {
        var byName = phases.ToDictionary(p => p.Name!, StringComparer.Ordinal);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(pipelines.SelectMany(p => p.Targets!));
        while (open.TryPop(out var name))
        {
            if (!reached.Add(name))
                continue;
            foreach (var required in byName[name].Requires ?? [])
                open.Push(required);
        }

        for (var i = 0; i < phases.Count; i++)
        {
            if (!reached.Contains(phases[i].Name!) && !phases[i].WithoutPipeline)
                faults.Add($"phases[{i}]: '{phases[i].Name}' must be in a pipeline, or have \"without_pipeline\": true");
        }
    }
}
