namespace Pylon.Insights.Silences;

/// <summary>What an alert must have to be silenced; null matches anything.</summary>
/// <param name="OperatorId">The tenant, which must match; zeros are the built-in operator.</param>
/// <param name="Entity">For example SUP-001.</param>
/// <param name="EntityType">supplier, route, factory, warehouse, data_centre or region.</param>
/// <param name="Cause">activity, efficiency, grid, factor or data.</param>
/// <param name="MaxLevel">info, warn or critical: the level of the alert at most.</param>
internal sealed record Matchers(Guid OperatorId, string? Entity, string? EntityType, string? Cause, string? MaxLevel);
