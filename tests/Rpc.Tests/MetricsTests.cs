using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pylon.Rpc.Tests;

public sealed partial class MetricsTests : IAsyncLifetime
{
    private readonly Meter _meter = new("Pylon.Tests");
    private readonly string _prefix = "m" + Guid.NewGuid().ToString("N")[..8];
    private TestService _service = null!;

    public async Task InitializeAsync() => _service = await TestService.StartAsync();

    public async Task DisposeAsync()
    {
        _meter.Dispose();
        await _service.DisposeAsync();
    }

    // The instruments of the services; dashboards and documents know their names on /metrics.
    [Theory]
    [InlineData("counter", "bcs_pipeline_resolutions", "{resolution}", "bcs_pipeline_resolutions_total")]
    [InlineData("counter", "bcs_state_fallbacks", "{change}", "bcs_state_fallbacks_total")]
    [InlineData("counter", "bcs_purged_rows", "{row}", "bcs_purged_rows_total")]
    [InlineData("observable counter", "bcs_circuit_opened", "{time}", "bcs_circuit_opened_total")]
    [InlineData("observable gauge", "bcs_circuit_state", null, "bcs_circuit_state")]
    [InlineData("histogram", "bcs_pipeline_resolution_duration", "s", "bcs_pipeline_resolution_duration_seconds_count")]
    [InlineData("counter", "pylon.outbox.published", "{event}", "pylon_outbox_published_total")]
    [InlineData("counter", "pylon.outbox.dead_letters", "{event}", "pylon_outbox_dead_letters_total")]
    [InlineData("counter", "pylon.source.requests", "{request}", "pylon_source_requests_total")]
    [InlineData("histogram", "pylon.source.request.duration", "s", "pylon_source_request_duration_seconds_count")]
    [InlineData("observable gauge", "pylon.source.circuit.open", null, "pylon_source_circuit_open")]
    [InlineData("observable gauge", "pylon.source.age", "s", "pylon_source_age_seconds")]
    [InlineData("counter", "pylon.gateway.calls", "{call}", "pylon_gateway_calls_total")]
    [InlineData("up-down counter", "pylon.gateway.subscribers", "{subscriber}", "pylon_gateway_subscribers")]
    [InlineData("counter", "pylon.gateway.subscribers_dropped", "{subscriber}", "pylon_gateway_subscribers_dropped_total")]
    [InlineData("histogram", "pylon_workload_run_duration", "s", "pylon_workload_run_duration_seconds_count")]
    public async Task AnInstrumentKeepsItsNameAndItsLabels(string kind, string instrument, string? unit, string name)
    {
        var label = new KeyValuePair<string, object?>("peer", "redis");
        switch (kind)
        {
            case "counter": _meter.CreateCounter<long>(instrument, unit).Add(1, label); break;
            case "up-down counter": _meter.CreateUpDownCounter<long>(instrument, unit).Add(1, label); break;
            case "histogram": _meter.CreateHistogram<double>(instrument, unit).Record(0.2, label); break;
            case "observable counter": _meter.CreateObservableCounter(instrument, () => new Measurement<long>(1, label), unit); break;
            default: _meter.CreateObservableGauge(instrument, () => new Measurement<long>(1, label), unit); break;
        }

        Assert.Equal(1, (await ScrapeAsync())[name + "{peer=\"redis\"}"]);
    }

    [Fact]
    public async Task ExceptionsAreCountedByType()
    {
        try
        {
            throw new InvalidTimeZoneException();
        }
        catch (InvalidTimeZoneException)
        {
            Assert.True((await ScrapeAsync())["dotnet_exceptions_total{error_type=\"InvalidTimeZoneException\"}"] >= 1);
        }
    }

    [Fact]
    public async Task AHistogramOfSecondsHasItsBucketsSumAndCount()
    {
        var histogram = _meter.CreateHistogram<double>($"{_prefix}.duration", "s");
        foreach (var value in new[] { 0.001, 0.002, 0.3, 100 })
            histogram.Record(value);

        var lines = await ScrapeAsync();

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
    public async Task TheAdvisedBucketsOfAnInstrumentAreUsed()
    {
        _meter.CreateHistogram($"{_prefix}.size", "By", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [7] }).Record(7);

        Assert.Equal(1, (await ScrapeAsync())[$"{_prefix}_size_bytes_bucket{{le=\"7\"}}"]);
    }

    [Fact]
    public async Task AnObservationThatThrowsDoesNotStopTheOthers()
    {
        _meter.CreateObservableGauge<int>($"{_prefix}.bad", int () => throw new InvalidOperationException());
        _meter.CreateObservableGauge($"{_prefix}.good", () => 1);

        Assert.Equal(1, (await ScrapeAsync())[$"{_prefix}_good"]);
    }

    [Fact]
    public async Task AMeterOfAnotherLibraryIsNotShown()
    {
        using var foreign = new Meter("Foreign");
        foreign.CreateCounter<int>($"{_prefix}.foreign").Add(1);

        Assert.DoesNotContain(await ScrapeAsync(), line => line.Key.StartsWith($"{_prefix}_foreign", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AServiceServesItsRequestsDurations()
    {
        await _service.Client.GetWorkloadAsync(new());

        Assert.Contains(await ScrapeAsync(), l => l.Key.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal)
            && l.Key.Contains("WorkloadService/GetWorkload", StringComparison.Ordinal) && l.Value >= 1);
    }

    // deploy/monitoring asks for them.
    [Theory]
    [InlineData("dotnet_process_memory_working_set_bytes")]
    [InlineData("dotnet_process_cpu_time_seconds_total")]
    [InlineData("http_server_request_duration_seconds_bucket")]
    public async Task AServiceServesTheMetricsOfLibrariesThatDashboardsShow(string name)
    {
        await _service.Client.GetWorkloadAsync(new());

        Assert.Contains(await ScrapeAsync(), line => line.Key.Split('{')[0] == name);
    }

    private async Task<Dictionary<string, double>> ScrapeAsync()
    {
        using var response = await _service.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return Parse(await response.Content.ReadAsStringAsync());
    }

    // A reader as strict as Prometheus: each line has the format's shape, each series is there once and under its type.
    private Dictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Dictionary<string, double> series = new(StringComparer.Ordinal);
        HashSet<string> types = new(StringComparer.Ordinal);
        var (family, kind) = ("", "");
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.Length == 0 || line.StartsWith("# HELP ", StringComparison.Ordinal) || line.StartsWith("# UNIT ", StringComparison.Ordinal))
                continue;
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
            // The framework's meters are one per host, and other tests of this process have hosts too.
            var added = series.TryAdd(match.Groups["series"].Value, Value(match.Groups["value"].Value));
            Assert.True(added || !line.StartsWith(_prefix, StringComparison.Ordinal), $"{line} is there twice");
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

    [GeneratedRegex("""^(?<series>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*")*\})?)(?:\{\})? (?<value>[-+0-9.eE]+|NaN|[+-]Inf)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SampleLine();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suffix();
}
