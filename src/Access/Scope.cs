using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Pylon.Access;

/// <summary>What a caller may do: a closed list. None includes another one.</summary>
public sealed class Scope
{
    private Scope(string name) => Name = name;

    /// <summary>The state of the grid, forecasts, the market and plans.</summary>
    public static Scope GridRead { get; } = new("grid:read");

    /// <summary>Workloads with their options, and the registry of users, data centres, storage and agents.</summary>
    public static Scope WorkloadsRead { get; } = new("workloads:read");

    /// <summary>Submits, chooses and cancels workloads; changes the registry.</summary>
    public static Scope WorkloadsWrite { get; } = new("workloads:write");

    /// <summary>Decisions, what a model said about them, and the audit of decisions.</summary>
    public static Scope DecisionsRead { get; } = new("decisions:read");

    /// <summary>Emissions, hotspots, alerts, recommendations.</summary>
    public static Scope InsightsRead { get; } = new("insights:read");

    /// <summary>Records emissions; acknowledges, approves, silences.</summary>
    public static Scope InsightsWrite { get; } = new("insights:write");

    /// <summary>Operators, keys, runs of the sources, dead letters. A caller with it belongs to no operator and may act for each.</summary>
    public static Scope Admin { get; } = new("admin");

    /// <summary>Defines pipelines, reports phases, reads batches: for workers.</summary>
    public static Scope PipelineWrite { get; } = new("pipeline:write");

    /// <summary>Passes on a callback of a provider. The Gateway has it; a provider needs none, because it signs.</summary>
    public static Scope BecknCallback { get; } = new("beckn:callback");

    /// <summary>Every scope.</summary>
    public static IReadOnlyList<Scope> All { get; } =
        [GridRead, WorkloadsRead, WorkloadsWrite, DecisionsRead, InsightsRead, InsightsWrite, Admin, PipelineWrite, BecknCallback];

    /// <summary>The same as a set.</summary>
    public static IReadOnlySet<Scope> Every { get; } = All.ToFrozenSet();

    private static readonly FrozenDictionary<string, Scope> ByName = All.ToFrozenDictionary(scope => scope.Name, StringComparer.Ordinal);

    /// <summary>As in a key, a token and a contract: <c>grid:read</c>.</summary>
    public string Name { get; }

    /// <summary>False for a name that is not in the list.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out Scope? scope) => ByName.TryGetValue(name, out scope);

    /// <summary>The scopes of a text with spaces between; names that are not in the list are left out.</summary>
    public static IReadOnlySet<Scope> Known(string names) =>
        names.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ByName.GetValueOrDefault).OfType<Scope>().ToFrozenSet();

    /// <inheritdoc/>
    public override string ToString() => Name;
}
