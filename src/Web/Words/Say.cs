using System.Globalization;

namespace Pylon.Web.Words;

/// <summary>Quantities as a person reads them, each with its unit.</summary>
public static class Say
{
    private const string Nothing = "not known";

    private static readonly (string Name, string Words)[] Constraints =
    [
        ("carbon_cap_gco2", "the carbon cap"), ("max_total_gco2", "the limit of all CO₂"), ("max_price_gbp", "the price limit"), ("deferral_window_mins", "the longest delay"), ("compute_load_mw", "the load"),
    ];

    /// <summary>gCO2/kWh.</summary>
    public static string Intensity(double? gramsPerKwh) => gramsPerKwh is { } value ? $"{Round(value)} g/kWh" : Nothing;

    /// <summary>Of CO2: in g, kg or t.</summary>
    public static string Grams(double? grams) => grams is not { } value ? Nothing : Math.Abs(value) switch
    {
        >= 1_000_000 => $"{Round(value / 1_000_000)} t CO₂",
        >= 1_000 => $"{Round(value / 1_000)} kg CO₂",
        _ => $"{Round(value)} g CO₂",
    };

    /// <summary>Of CO2, from kg.</summary>
    public static string Kilograms(double? kilograms) => Grams(kilograms * 1_000);

    /// <summary>GBP.</summary>
    public static string Pounds(double? pounds) => pounds switch
    {
        null => Nothing,
        < 0 => "−" + Pounds(-pounds),
        0 => "£0",
        < 0.01 => "under 1 p",
        { } value => string.Create(CultureInfo.InvariantCulture, $"£{value:#,##0.00}"),
    };

    /// <summary>GBP/MWh.</summary>
    public static string PoundsPerMwh(double? pounds) => pounds is { } value ? string.Create(CultureInfo.InvariantCulture, $"£{value:0.00}/MWh") : Nothing;

    /// <summary>Of 100.</summary>
    public static string Percent(double? percent) => percent is { } value ? $"{Round(value)} %" : Nothing;

    /// <summary>kWh, or MWh when it is many.</summary>
    public static string Energy(double? kilowattHours) => kilowattHours is not { } value ? Nothing
        : Math.Abs(value) >= 10_000 ? $"{Round(value / 1_000)} MWh" : $"{Round(value)} kWh";

    /// <summary>MW, GW or kW.</summary>
    public static string Power(double? megawatts) => megawatts is not { } value ? Nothing : Math.Abs(value) switch
    {
        >= 1_000 => $"{Round(value / 1_000)} GW",
        >= 1 => $"{Round(value)} MW",
        _ => $"{Round(value * 1_000)} kW",
    };

    /// <summary>For example 2 h 30 min.</summary>
    public static string Span(TimeSpan span)
    {
        span = span.Duration();
        return span switch
        {
            { TotalDays: >= 2 } => $"{(int)span.TotalDays} d {span.Hours} h",
            { TotalHours: >= 1 } => span.Minutes == 0 ? $"{(int)span.TotalHours} h" : $"{(int)span.TotalHours} h {span.Minutes} min",
            { TotalMinutes: >= 1 } => $"{(int)span.TotalMinutes} min",
            { TotalSeconds: < 1 } => $"{span.TotalMilliseconds:0} ms",
            _ => $"{(int)span.TotalSeconds} s",
        };
    }

    /// <summary>A count of things, for example 1 workload, 2 workloads.</summary>
    public static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:#,##0} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>A word of the contract, for example acknowledged_at_last, as the begin of a sentence.</summary>
    public static string Word(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..].Replace('_', ' ');

    /// <summary>A reason that a service gives, without the names that the contract has for constraints.</summary>
    public static string Reason(string text)
    {
        foreach (var (name, words) in Constraints)
            text = text.Replace(name, words, StringComparison.Ordinal);
        return text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..];
    }

    // Three digits that count: 1,230, 123, 12.3, 1.23, 0.0123.
    private static string Round(double value)
    {
        var size = Math.Abs(value);
        var format = size switch
        {
            0 => "0",
            >= 99.95 => "#,##0",
            >= 9.995 => "0.#",
            >= 0.1 => "0.##",
            _ => "0.####",
        };
        return value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
    }
}
