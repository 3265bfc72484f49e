using Pylon.Rpc;

namespace Pylon.Insights.Dashboard;

/// <summary>Which entities are counted.</summary>
/// <param name="Entity">Empty for all.</param>
/// <param name="EntityType">Empty for all.</param>
internal readonly record struct EntityFilter(string Entity, string EntityType)
{
    private const int LongestEntity = 200;
    private static readonly string[] Types = ["supplier", "route", "factory", "warehouse", "data_centre"];

    public bool IsEverything => Entity.Length == 0 && EntityType.Length == 0;

    /// <summary>The filter of a request; refuses what is not one.</summary>
    public static EntityFilter Of(string entity, string entityType) =>
        entityType.Length == 0 || Types.Contains(entityType)
            ? new EntityFilter(Field.Text(entity, "entity", 0, LongestEntity), entityType)
            : throw Refusal.InvalidArgument("entity_type", $"must be one of {string.Join(", ", Types)}").AsException();
}
