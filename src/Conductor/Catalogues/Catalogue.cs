using System.Collections.Frozen;
using System.Text.Json;

namespace Pylon.Conductor.Catalogues;

/// <summary>A phase and the phases that must be complete before it.</summary>
internal sealed record PhaseRule(string Name, IReadOnlyList<string> Requires);

/// <summary>A pipeline and its target phases.</summary>
internal sealed record PipelineRule(string Name, string Description, IReadOnlyList<string> Targets);

/// <summary>The phases and pipelines. Valid by construction: no cycle, no unknown name, no name twice.</summary>
internal sealed class Catalogue
{
    private readonly FrozenDictionary<string, PhaseRule> _phases;
    private readonly FrozenDictionary<string, PipelineRule> _pipelines;
    private readonly FrozenDictionary<string, int> _places;

    private Catalogue(IReadOnlyList<PhaseRule> phases, IReadOnlyList<PipelineRule> pipelines)
    {
        (Phases, Pipelines) = (phases, pipelines);
        _phases = phases.ToFrozenDictionary(p => p.Name);
        _pipelines = pipelines.ToFrozenDictionary(p => p.Name);
        _places = phases.Select((p, i) => KeyValuePair.Create(p.Name, i)).ToFrozenDictionary();
    }

    /// <summary>In the order of the file, which breaks ties between phases that could run in either order.</summary>
    public IReadOnlyList<PhaseRule> Phases { get; }

    public IReadOnlyList<PipelineRule> Pipelines { get; }

    public PhaseRule? Phase(string name) => _phases.GetValueOrDefault(name);

    public PipelineRule? Pipeline(string name) => _pipelines.GetValueOrDefault(name);

    public int PlaceOf(string phase) => _places.GetValueOrDefault(phase, int.MaxValue);

    /// <summary>The phases and everything that they require, directly or not.</summary>
    public IReadOnlySet<string> ClosureOf(IEnumerable<string> phases)
    {
        var closure = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(phases);
        while (open.TryPop(out var name))
        {
            if (!closure.Add(name))
                continue;
            foreach (var required in _phases[name].Requires)
                open.Push(required);
        }

        return closure;
    }

    /// <summary>Reads and checks a catalogue.</summary>
    /// <exception cref="CatalogueException">What is wrong, each with its place.</exception>
    public static Catalogue Parse(string json)
    {
        CatalogueFile file;
        try
        {
            file = CatalogueFile.Parse(json);
        }
        catch (JsonException e)
        {
            throw new CatalogueException([$"line {e.LineNumber + 1}, {e.Path ?? "$"}: cannot be read: {e.Message.Split(" Path:")[0]}"]);
        }

        var faults = CatalogueCheck.FaultsOf(file);
        return faults.Count > 0
            ? throw new CatalogueException(faults)
            : new Catalogue(
                [.. file.Phases!.Select(p => new PhaseRule(p.Name!, p.Requires ?? []))],
                [.. file.Pipelines!.Select(p => new PipelineRule(p.Name!, p.Description ?? "", p.Targets!))]);
    }

    /// <summary>The text of the shipped catalogue.</summary>
    public static string Shipped()
    {
        using var reader = new StreamReader(typeof(Catalogue).Assembly.GetManifestResourceStream("catalogue.json")!);
        return reader.ReadToEnd();
    }
}

/// <summary>A catalogue that cannot be used.</summary>
internal sealed class CatalogueException(IReadOnlyList<string> faults) : Exception(string.Join("; ", faults))
{
    /// <summary>Each begins with its place, for example <c>phases[2].requires[0]</c>.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
