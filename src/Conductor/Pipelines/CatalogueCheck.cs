namespace Pylon.Conductor.Pipelines;

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
            faults.Add("phases: there is none");
        if (pipelines.Count == 0)
            faults.Add("pipelines: there is none");
        Names("phases", [.. phases.Select(p => p.Name)], faults);
        Names("pipelines", [.. pipelines.Select(p => p.Name)], faults);
        var known = phases.Select(p => p.Name ?? "").ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < phases.Count; i++)
            References($"phases[{i}].requires", phases[i].Requires ?? [], known, faults);
        for (var i = 0; i < pipelines.Count; i++)
        {
            if (pipelines[i].Targets is not { Count: > 0 } targets)
                faults.Add($"pipelines[{i}].targets: there is none");
            else
                References($"pipelines[{i}].targets", targets, known, faults);
        }

        // The rest follows references, which must hold for it.
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
                faults.Add($"{list}[{i}].name: must have 1 to {MaxNameLength} small letters, digits and underscores");
            else if (!first.TryAdd(name, i))
                faults.Add($"{list}[{i}].name: '{name}' is {list}[{first[name]}] already");
        }
    }

    private static void References(string place, IReadOnlyList<string> names, HashSet<string> known, List<string> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!known.Contains(names[i]))
                faults.Add($"{place}[{i}]: '{names[i]}' is not a phase");
            else if (!seen.Add(names[i]))
                faults.Add($"{place}[{i}]: '{names[i]}' is there twice");
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
            faults.Add($"phases[{byName[cycle[0]].i}].requires: goes in a circle, {string.Join(" → ", cycle)}");
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
                faults.Add($"phases[{i}]: '{phases[i].Name}' is in no pipeline; say \"without_pipeline\": true if that is meant");
        }
    }
}
