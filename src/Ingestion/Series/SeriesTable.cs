namespace Pylon.Ingestion.Series;

/// <summary>A column of a table of values: its name, the expression that inserts it, and the one that updates it.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Staged">An expression over the staging table <c>s</c>.</param>
/// <param name="Updated">An expression over <c>s</c> and the table <c>t</c>; null when an update leaves the column.</param>
internal sealed record SeriesColumn(string Name, string Staged, string? Updated = null);

/// <summary>
/// Where the values of a series are kept: the forecasts, each capture a row of its own, or the actuals, which a revision
/// overwrites. The statements of <see cref="SeriesSql"/> follow from it.
/// </summary>
/// <param name="name">The table, partitioned by the month of window_start.</param>
/// <param name="value">The column of the value.</param>
/// <param name="isForecast">False for actuals.</param>
internal sealed class SeriesTable(string name, string value, bool isForecast)
{
    /// <summary>The shares of the fuels instead of one value: a row for each, compared as a whole.</summary>
    private const string Fuels = " CROSS JOIN LATERAL jsonb_each_text(s.details) AS fuels (fuel, percent)";

    private static readonly SeriesColumn End = new("window_end", SeriesSql.StagedEnd, SeriesSql.StagedEnd);
    private static readonly SeriesColumn Index = new("index", "s.index", "s.index");

    /// <summary>What a value of Great Britain has beside it.</summary>
    public static readonly IReadOnlyList<SeriesColumn> Settlement =
    [
        End, new("settlement_date", "s.settlement_date"), new("settlement_period", "s.settlement_period"),
        new("details", "coalesce(s.details, '{}')", "t.details || coalesce(s.details, '{}')"),
    ];

    public string Name { get; } = name;

    public string Value { get; } = value;

    public bool IsForecast { get; } = isForecast;

    /// <summary>The decimals that the column of the value keeps.</summary>
    public required int Decimals { get; init; }

    /// <summary>Values have a region.</summary>
    public bool IsRegional { get; init; }

    /// <summary>The column that tells values of one half hour apart, such as the provider of a price; empty when there is one value.</summary>
    public string Label { get; init; } = "";

    /// <summary>Further numbers with their decimals; one that a source leaves out stays as it is known.</summary>
    public IReadOnlyList<(string Column, int Decimals)> Others { get; init; } = [];

    /// <summary>What is stored with the value.</summary>
    public IReadOnlyList<SeriesColumn> Further
    {
        get;
        init => (field, HasIndex, HasSettlement) = (value, value.Contains(Index), value.Contains(Settlement[1]));
    } = [];

    /// <summary>Which rows of the table belong to it, over <c>t</c>.</summary>
    public string Only { get; init; } = "true";

    /// <summary>Which of these a reader gets, over <c>t</c>.</summary>
    public string Read { get; init; } = "true";

    /// <summary>Tables whose synthetic rows of the same half hour a real value replaces.</summary>
    public IReadOnlyList<string> Replaces { get; init; } = [];

    /// <summary>Half hours between those given count as missing.</summary>
    public bool IsContinuous { get; init; }

    /// <summary>Some values are of more than a half hour.</summary>
    public bool HasLongerWindows { get; init; }

    public bool IsMix { get; private init; }

    public bool HasIndex { get; private init; }

    public bool HasSettlement { get; private init; }

    public IEnumerable<SeriesColumn> Key =>
    [
        .. IsRegional ? [new SeriesColumn("region_id", "s.region_id")] : Array.Empty<SeriesColumn>(),
        new("window_start", "s.window_start"),
        .. Label.Length > 0 ? [new SeriesColumn(Label, "s.label")] : Array.Empty<SeriesColumn>(),
    ];

    /// <summary>The columns of the value and of what comes with it.</summary>
    public IEnumerable<SeriesColumn> Values => IsMix
        ? [new("fuel", "fuels.fuel"), new(Value, "fuels.percent::numeric", "coalesce((s.details->>t.fuel)::numeric, t.percent)")]
        : [
            new(Value, "s.value", "s.value"),
            .. Others.Select((other, n) => new SeriesColumn(other.Column, $"s.others[{n + 1}]", $"coalesce(s.others[{n + 1}], t.{other.Column})")),
            .. Further,
        ];

    /// <summary>What follows the staging table in a FROM that inserts.</summary>
    public string Spread => IsMix ? Fuels : "";

    /// <summary>The table with a row for each key and capture.</summary>
    public string Rows => IsMix
        ? $"(SELECT {string.Join(", ", Key.Select(k => k.Name))}, source, captured_at, jsonb_object_agg(fuel, {Value}) AS details FROM {Name} GROUP BY {string.Join(", ", Key.Select(k => k.Name))}, source, captured_at)"
        : Name;

    /// <summary>The columns of <see cref="Rows"/> that <see cref="Differs"/> looks at.</summary>
    public IEnumerable<string> Compared => IsMix ? ["details"] : [Value, .. Others.Select(other => other.Column), .. HasLongerWindows ? ["window_end"] : Array.Empty<string>()];

    /// <summary>True where <c>s</c> differs from <c>t</c>.</summary>
    public string Differs => IsMix
        ? "t.details <> s.details"
        : string.Join(" OR ",
        [
            $"t.{Value} <> s.value",
            .. Others.Select((other, n) => $"coalesce(t.{other.Column} <> s.others[{n + 1}], t.{other.Column} IS NULL AND s.others[{n + 1}] IS NOT NULL)"),
            .. HasLongerWindows ? [$"t.window_end <> {SeriesSql.StagedEnd}"] : Array.Empty<string>(),
        ]);

    /// <summary>The carbon intensity, whose forecasts and actuals are rows of one table.</summary>
    public static SeriesTable Intensity(bool isRegional, bool isForecast)
    {
        var (name, value) = (isRegional ? "carbon_intensity_regional" : "carbon_intensity_national", isForecast ? "forecast_gco2_kwh" : "actual_gco2_kwh");
        return new SeriesTable(name, value, isForecast)
        {
            Decimals = 1,
            IsRegional = isRegional,
            IsContinuous = true,
            Further = [End, Index],
            Only = $"t.{value} IS NOT NULL",
            // A synthetic mix belongs to its intensity.
            Replaces = isRegional ? [name, "generation_mix_regional"] : [name],
        };
    }

    public static SeriesTable Mix(bool isRegional)
    {
        var name = isRegional ? "generation_mix_regional" : "generation_mix_national";
        return new SeriesTable(name, "percent", isForecast: true) { Decimals = 1, IsMix = true, IsRegional = isRegional, Replaces = [name] };
    }

    public static SeriesTable Price(string type, string read, IReadOnlyList<string> replaces) => new("wholesale_prices", "price_gbp_mwh", isForecast: false)
    {
        Decimals = 5,
        Label = "provider",
        Others = [("system_buy_price_gbp_mwh", 5), ("volume_mwh", 4)],
        Further = [.. Settlement, new("price_type", $"'{type}'")],
        Only = $"t.price_type = '{type}'",
        Read = read,
        Replaces = replaces,
        IsContinuous = true,
    };
}
