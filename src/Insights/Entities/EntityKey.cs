namespace Pylon.Insights.Entities;

/// <summary>What emissions are counted for: the unique key of the table entities.</summary>
/// <param name="OperatorId">The tenant.</param>
/// <param name="EntityType">supplier, route, factory, warehouse, data_centre or region.</param>
/// <param name="Entity">The id within its type, for example the supplier_id.</param>
/// <param name="Kind">Which model computes its emissions; see <see cref="EmissionKind"/>.</param>
internal readonly record struct EntityKey(Guid OperatorId, string EntityType, string Entity, string Kind);
