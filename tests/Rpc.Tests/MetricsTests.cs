using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Pylon.ServiceDefaults.Metrics;

namespace Pylon.Rpc.Tests;

public sealed partial class MetricsTests : IDisposable
{
    private readonly Meter _meter = new("Pylon.Tests");
    private readonly MetricsRegistry _registry = new(NullLogger<MetricsRegistry>.Instance);
    private readonly string _prefix = "m" + Guid.NewGuid().ToString("N")[..8];

    public void Dispose()
    {
        _registry.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void ACounterAddsUpPerSetOfLabelsWhateverTheirOrder()
    {
        var counter = _meter.CreateCounter<long>($"{_prefix}.resolutions", description: "Line one\nand \\two");
        counter.Add(2, new("status", "ok"), new("kind", "a"));
        counter.Add(3, new("kind", "a"), new("status", "ok"));
        counter.Add(1, new KeyValuePair<string, object?>("status", "failed"));

        var text = _registry.Scrape();

        Assert.Contains($"# HELP {_prefix}_resolutions_total Line one\\nand \\\\two\n# TYPE {_prefix}_resolutions_total counter\n", text, StringComparison.Ordinal);
        Assert.Equal(5, Parse(text)[$"{_prefix}_resolutions_total{{kind=\"a\",status=\"ok\"}}"]);
        Assert.Equal(1, Parse(text)[$"{_prefix}_resolutions_total{{status=\"failed\"}}"]);
    }

    [Fact]
    public void AHistogramHasCumulativeBucketsSumAndCount()
    {
        var histogram = _meter.CreateHistogram<double>($"{_prefix}.duration", "s");
        foreach (var value in new[] { 0.001, 0.002, 0.3, 100 }) histogram.Record(value);

        var lines = Parse(_registry.Scrape());

        var name = $"{_prefix}_duration_seconds";
        Assert.Equal(1, lines[name + "_bucket{le=\"0.001\"}"]);
        Assert.Equal(2, lines[name + "_bucket{le=\"0.0025\"}"]);
        Assert.Equal(3, lines[name + "_bucket{le=\"0.5\"}"]);
        Assert.Equal(3, lines[name + "_bucket{le=\"60\"}"]);
        Assert.Equal(4, lines[name + "_bucket{le=\"+Inf\"}"]);
        Assert.Equal(4, lines[name + "_count"]);
        Assert.Equal(100.303, lines[name + "_sum"], 6);
    }

    [Fact]
    public void TheAdvisedBucketsOfAnInstrumentAreUsed()
    {
        _meter.CreateHistogram($"{_prefix}.size", "By", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [7] }).Record(7);

        Assert.Equal(1, Parse(_registry.Scrape())[$"{_prefix}_size_bytes_bucket{{le=\"7\"}}"]);
    }

    [Fact]
    public void GaugesUpDownCountersAndObservedOnesShowTheirLastValue()
    {
        var jobs = new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 3, ["b"] = 4 };
        _meter.CreateGauge<double>($"{_prefix}.gauge").Record(1.5);
        var upDown = _meter.CreateUpDownCounter<int>($"{_prefix}.open");
        upDown.Add(5);
        upDown.Add(-2);
        _meter.CreateObservableGauge($"{_prefix}.jobs", () => jobs.Select(j => new Measurement<int>(j.Value, new KeyValuePair<string, object?>("queue", j.Key))));
        _meter.CreateObservableCounter($"{_prefix}.seen", () => 9L);

        var lines = Parse(_registry.Scrape());
        Assert.Equal(1.5, lines[$"{_prefix}_gauge"]);
        Assert.Equal(3, lines[$"{_prefix}_open"]);
        Assert.Equal(4, lines[$"{_prefix}_jobs{{queue=\"b\"}}"]);
        Assert.Equal(9, lines[$"{_prefix}_seen_total"]);

        jobs.Remove("b");
        lines = Parse(_registry.Scrape());
        Assert.False(lines.ContainsKey($"{_prefix}_jobs{{queue=\"b\"}}"));
        Assert.Equal(9, lines[$"{_prefix}_seen_total"]);
    }

    [Fact]
    public void LabelValuesAreEscapedAndNamesSanitized()
    {
        _meter.CreateCounter<int>($"{_prefix}.odd-name/x").Add(1, new("a.b", "say \"hi\"\\\n"), new("9", null));

        Assert.Equal(1, Parse(_registry.Scrape())[$"{_prefix}_odd_name_x_total{{_9=\"\",a_b=\"say \\\"hi\\\"\\\\\\n\"}}"]);
    }

    [Fact]
    public void TagsThatReadTheSameAreOneSeries()
    {
        var counter = _meter.CreateCounter<int>($"{_prefix}.same");
        counter.Add(1, new KeyValuePair<string, object?>("n", 1));
        counter.Add(1, new KeyValuePair<string, object?>("n", "1"));

        Assert.Equal(2, Parse(_registry.Scrape())[$"{_prefix}_same_total{{n=\"1\"}}"]);
    }

    [Fact]
    public void ALabelWithoutEndIsCutOffAndCounted()
    {
        var counter = _meter.CreateCounter<int>($"{_prefix}.endless");
        for (var i = 0; i < Family.MaxSeries + 10; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var lines = Parse(_registry.Scrape());

        Assert.Equal(Family.MaxSeries, lines.Keys.Count(k => k.StartsWith($"{_prefix}_endless_total", StringComparison.Ordinal)));
        Assert.Equal(10, lines[$"pylon_metrics_dropped_measurements_total{{metric=\"{_prefix}_endless_total\"}}"]);
    }

    [Fact]
    public async Task NoMeasurementIsLostBetweenThreads()
    {
        var counter = _meter.CreateCounter<int>($"{_prefix}.many");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++) counter.Add(1, new KeyValuePair<string, object?>("n", i % 5));
        })));

        Assert.Equal(80_000, Parse(_registry.Scrape()).Where(l => l.Key.StartsWith($"{_prefix}_many_total", StringComparison.Ordinal)).Sum(l => l.Value));
    }

    [Fact]
    public void AnObservationThatThrowsDoesNotTakeTheOthersAlong()
    {
        _meter.CreateObservableGauge<int>($"{_prefix}.bad", int () => throw new InvalidOperationException());
        _meter.CreateObservableGauge($"{_prefix}.good", () => 1);

        Assert.Equal(1, Parse(_registry.Scrape())[$"{_prefix}_good"]);
    }

    [Fact]
    public void AMeterOfOthersIsNotShown()
    {
        using var foreign = new Meter("Foreign");
        foreign.CreateCounter<int>($"{_prefix}.foreign").Add(1);

        Assert.DoesNotContain($"{_prefix}_foreign", _registry.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServiceServesItsRequestsDurations()
    {
        await using var service = await TestService.StartAsync();
        await service.Client.GetWorkloadAsync(new());

        using var response = await service.Http.GetAsync("/metrics");
        var lines = Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains(lines, l => l.Key.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal)
            && l.Key.Contains("WorkloadService/GetWorkload", StringComparison.Ordinal) && l.Value >= 1);
    }

    // A reader as strict as Prometheus: each line has the format's shape, each series is there once and under its type.
    private static Dictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Dictionary<string, double> series = new(StringComparer.Ordinal);
        HashSet<string> types = new(StringComparer.Ordinal);
        var (family, kind) = ("", "");
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (TypeLine().Match(line) is { Success: true } type)
            {
                (family, kind) = (type.Groups["name"].Value, type.Groups["kind"].Value);
                Assert.True(types.Add(family), $"{family} has two types");
                continue;
            }

            var match = SampleLine().Match(line);
            Assert.True(match.Success, line);
            var name = match.Groups["name"].Value;
            Assert.Equal(family, kind == "histogram" ? Suffix().Replace(name, "") : name);
            Assert.True(series.TryAdd(match.Groups["series"].Value, Value(match.Groups["value"].Value)), $"{line} is there twice");
        }

        return series;
    }

    private static double Value(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<kind>counter|gauge|histogram)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<series>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*")*\})?) (?<value>[-+0-9.eE]+|NaN|[+-]Inf)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SampleLine();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suffix();
}
