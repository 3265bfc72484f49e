using Pylon.Ingestion.Regional;

namespace Pylon.Ingestion.Series;

/// <summary>One value of one half hour, to be stored.</summary>
/// <param name="Table">Where it belongs.</param>
/// <param name="Start">The start of the half hour.</param>
/// <param name="Number">In the unit of the series; null for a mix.</param>
internal sealed record SeriesValue(SeriesTable Table, DateTimeOffset Start, decimal? Number)
{
    /// <summary>1 to 18, where the table has regions.</summary>
    public int? RegionId { get; init; }

    /// <summary>Null for a half hour.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>Tells it apart from others of the half hour: the provider of a price, the cardinal point of a demand.</summary>
    public string Label { get; init; } = "";

    /// <summary>The further numbers of the table in its order; null where the source gives none.</summary>
    public IReadOnlyList<decimal?> Others { get; init; } = [];

    /// <summary>As the source names the intensity; null leaves it to the bands of the year.</summary>
    public string? Index { get; init; }

    /// <summary>The shares of the fuels, where the table is a mix.</summary>
    public IReadOnlyList<FuelPercent> Mix { get; init; } = [];

    /// <summary>When it became known; null means when it was fetched.</summary>
    public DateTimeOffset? CapturedAt { get; init; }

    /// <summary>The row that it was read from, a JSON object.</summary>
    public string? Details { get; init; }
}

/// <summary>A row that cannot be stored, unchanged.</summary>
/// <param name="Line">Of a file, from 1; 0 for a row of a JSON body.</param>
internal sealed record Rejected(string Reason, string Body, long Line);
