using System.Globalization;
using System.Text;

namespace Pylon.ServiceDefaults.Metrics;

/// <summary>The Prometheus text format 0.0.4.</summary>
internal static class PrometheusText
{
    private const string DroppedName = "pylon_metrics_dropped_measurements_total";

    public static string Write(IReadOnlyList<Family> families)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var family in families) Write(text, family);
        var dropped = families.Where(f => f.Dropped > 0).ToList();
        Head(text, DroppedName, $"Measurements without a series, because their metric has {Family.MaxSeries} already.", MetricKind.Counter);
        foreach (var family in dropped) Line(text, DroppedName, $"metric=\"{family.Name}\"", family.Dropped);
        return text.ToString();
    }

    /// <summary>Sorted, escaped, each name once: what stands between the braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0) return "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in tags) labels[MetricName.Sanitize(tag.Key)] = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
        return string.Join(',', labels.Select(label => $"{label.Key}=\"{Escape(label.Value).Replace("\"", "\\\"")}\""));
    }

    private static void Write(StringBuilder text, Family family)
    {
        var series = family.Series.OrderBy(s => s.Labels, StringComparer.Ordinal).ToList();
        if (series.Count == 0) return;
        Head(text, family.Name, family.Help, family.Kind);
        foreach (var one in series)
        {
            var (sum, buckets) = one.Read();
            if (family.Kind == MetricKind.Histogram) Histogram(text, family, one.Labels, sum, buckets);
            else Line(text, family.Name, one.Labels, sum);
        }
    }

    private static void Histogram(StringBuilder text, Family family, string labels, double sum, long[] buckets)
    {
        var comma = labels.Length == 0 ? "" : ",";
        long count = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            count += buckets[i];
            var bound = i < family.Bounds!.Length ? Number(family.Bounds[i]) : "+Inf";
            Line(text, family.Name + "_bucket", $"{labels}{comma}le=\"{bound}\"", count);
        }

        Line(text, family.Name + "_sum", labels, sum);
        Line(text, family.Name + "_count", labels, count);
    }

    private static void Head(StringBuilder text, string name, string help, MetricKind kind)
    {
        if (help.Length > 0) text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(kind.ToString().ToLowerInvariant()).Append('\n');
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Escape(string text) => text.Replace("\\", @"\\").Replace("\n", "\\n");
}
