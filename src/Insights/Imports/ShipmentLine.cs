namespace Pylon.Insights.Imports;

/// <summary>A line of a file of shipments, as the file has it.</summary>
/// <param name="Index">Names the line within the file.</param>
/// <param name="Line">Its number; 1 is the line that names the columns.</param>
internal sealed record ShipmentLine(long Index, long Line)
{
    /// <summary>Of every field but the index.</summary>
    public required Guid Content { get; init; }

    /// <summary>Of the order, the order line and the item.</summary>
    public required Guid Key { get; init; }

    public required string Warehouse { get; init; }

    public required string Customer { get; init; }

    public required string Order { get; init; }

    public required string OrderLine { get; init; }

    public required string Item { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Null: the file does not say.</summary>
    public decimal? Units { get; init; }

    /// <summary>kg for each unit.</summary>
    public decimal? Ratio { get; init; }

    public required decimal WeightKg { get; init; }

    /// <summary>km, by <see cref="ShipmentColumns.Modes"/>.</summary>
    public required decimal[] DistancesKm { get; init; }

    /// <summary>kg CO2e that the file says, by mode; null where it does not.</summary>
    public required decimal?[] PublishedKg { get; init; }

    public decimal? PublishedTotalKg { get; init; }

    public decimal DistanceKm => DistancesKm.Sum();

    /// <summary>tonne.km of a leg.</summary>
    public decimal TonneKm(int mode) => WeightKg / 1000 * DistancesKm[mode];
}
