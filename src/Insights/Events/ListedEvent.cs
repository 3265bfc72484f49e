using Npgsql;
using Pylon.Rpc;

namespace Pylon.Insights.Events;

/// <summary>Which events a page has. Null: any.</summary>
/// <param name="Entity">What they are counted for.</param>
/// <param name="Kind">The event_type.</param>
/// <param name="From">They began then or later.</param>
/// <param name="To">They began before.</param>
/// <param name="After">The end of the page before.</param>
internal sealed record EventFilter(string? Entity, string? Kind, DateTimeOffset? From, DateTimeOffset? To, PageToken? After);

/// <summary>An event with what was computed of it.</summary>
internal sealed record ListedEvent(
    NewEvent Event, Guid Id, double? Co2Kg, double? PredictedKg, double? UncertaintyKg, string? FactorSet, double? Activity, DateTimeOffset CreatedAt)
{
    /// <summary>tonne.km, km or kWh; empty until the event is in the roll-ups, as the rest.</summary>
    public string Unit { get; init; } = "";

    public string Entity { get; init; } = "";

    public string EntityType { get; init; } = "";

    public static ListedEvent Read(NpgsqlDataReader row)
    {
        const int first = EventRow.Columns;
        return new ListedEvent(
            EventRow.Read(row, -1), row.GetGuid(first), Number(first + 1), Number(first + 2), Number(first + 3), row.IsDBNull(first + 4) ? null : row.GetString(first + 4),
            Number(first + 5), row.GetFieldValue<DateTimeOffset>(first + 6));

        double? Number(int column) => row.IsDBNull(column) ? null : row.GetDouble(column);
    }
}
