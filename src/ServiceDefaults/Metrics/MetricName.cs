using System.Diagnostics.Metrics;

namespace Pylon.ServiceDefaults.Metrics;

/// <summary>What an instrument is called in Prometheus: letters, digits and underscores, its unit and _total at the end.</summary>
internal static class MetricName
{
    public static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (!t.IsGenericType) continue;
            var definition = t.GetGenericTypeDefinition();
            if (definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>)) return MetricKind.Counter;
            if (definition == typeof(Histogram<>)) return MetricKind.Histogram;
        }

        return MetricKind.Gauge;
    }

    public static string Of(Instrument instrument, MetricKind kind)
    {
        var name = Sanitize(instrument.Name);
        if (UnitOf(instrument.Unit) is { } unit && !name.EndsWith(unit, StringComparison.Ordinal)) name += unit;
        return kind == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    public static string Sanitize(string name)
    {
        var clean = string.Create(name.Length, name, (chars, from) =>
        {
            for (var i = 0; i < chars.Length; i++) chars[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
        });
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }

    // {request} and its like are annotations, not units.
    private static string? UnitOf(string? unit) => unit switch
    {
        "s" => "_seconds",
        "ms" => "_milliseconds",
        "By" => "_bytes",
        "%" => "_percent",
        "kWh" => "_kwh",
        _ => null,
    };
}
