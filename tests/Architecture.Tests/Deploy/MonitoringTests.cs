using System.Text.Json;
using YamlDotNet.Core;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>Dashboards and alerts ask for series that are served.</summary>
public sealed class MonitoringTests
{
    // Of Prometheus itself and of libraries; MetricsTests show that the latter are served.
    private static readonly HashSet<string> Others =
        ["up", "http_server_request_duration_seconds_bucket", "dotnet_process_memory_working_set_bytes", "dotnet_process_cpu_time_seconds_total"];

    [Fact]
    public void TheCodeHasTheMetricsThatTheDocumentNames()
    {
        // The other tests hold for nothing when the code is not read.
        string[] some = ["pylon_source_age_seconds", "pylon_workload_run_duration_seconds_count", "pylon_gateway_subscribers", "bcs_circuit_state", "pylon_group_lag", "bcs_dead_letters_total", "pylon_insights_webhook_attempts_total"];

        Expect.None("A metric is found in the code.", some.Where(name => !Code.Metrics.Contains(name)));
        Assert.DoesNotContain("pylon_nothing", Code.Metrics);
    }

    [Fact]
    public void AlertsAskForSeriesThatAreServed()
    {
        var rules = Rules();

        Assert.Equal(rules.Count, rules.Select(rule => rule.Alert).Distinct().Count());
        Expect.None("An alert names a series that is served.", from rule in rules from name in Unknown(rule.Expr) select $"{rule.Alert}: {name}");
        Expect.None("An alert says how bad it is and what is wrong.", rules.Where(rule => rule.Labels.GetValueOrDefault("severity") is not ("warning" or "critical") || !rule.Annotations.ContainsKey("summary")).Select(rule => rule.Alert));
    }

    [Fact]
    public void EachMetricThatOperationsCallWorthAnAlertHasOne()
    {
        var section = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "operations.md")).Split("## What is worth an alert")[1].Split("\n## ")[0];
        var documented = Code.Metrics.Where(name => section.Contains($"`{name}`", StringComparison.Ordinal) || section.Contains($"`{name}{{", StringComparison.Ordinal));
        var watched = Rules().SelectMany(rule => Promql.Metrics(rule.Expr)).ToHashSet(StringComparer.Ordinal);

        Expect.None("A metric that is worth an alert has one.", documented.Where(name => !watched.Contains(name)));
    }

    [Fact]
    public void DashboardsAskForSeriesThatAreServed()
    {
        var asked = Directory.EnumerateFiles(Path.Combine(Manifests.Folder, "monitoring", "dashboards"), "*.json").SelectMany(file =>
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
            return dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(panel => panel.TryGetProperty("targets", out _)).SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!).ToList();
        }).ToList();

        Assert.NotEmpty(asked);
        Assert.All(asked, expression => Assert.NotEmpty(Promql.Metrics(expression)));
        Expect.None("A panel asks for a series that is served.", asked.SelectMany(Unknown));
    }

    [Theory]
    [InlineData("sum by (code) (rate(pylon_gateway_calls_total{code=~\"a|b\"}[5m])) / 2 > bool foo_bar", "pylon_gateway_calls_total foo_bar")]
    [InlineData("avg_over_time(x[28d] offset 7d) unless on (a) histogram_quantile(0.9, sum by (le) (y_bucket))", "x y_bucket")]
    public void NamesOfSeriesAreFoundInAnExpression(string expression, string names) => Assert.Equal(names.Split(' '), Promql.Metrics(expression));

    [Fact]
    public void AMisspeltFieldIsRefused() => Assert.ThrowsAny<YamlException>(() =>
        Manifests.Parse<AlertFile>(Manifests.Text("monitoring/alerts.yaml").Replace("annotations:", "annotation:", StringComparison.Ordinal)));

    [Fact]
    public void PrometheusReadsThePortsOfTheServices()
    {
        var text = Manifests.Text("monitoring/prometheus.yaml");

        Assert.All(Code.Ports, service => Assert.Contains($"names: [{service.Key}], type: A, port: {service.Value.Http} ", text, StringComparison.Ordinal));
    }

    private static List<AlertRule> Rules() => [.. Manifests.Parse<AlertFile>(Manifests.Text("monitoring/alerts.yaml")).Groups.SelectMany(group => group.Rules)];

    private static IEnumerable<string> Unknown(string expression) => Promql.Metrics(expression).Where(name => !Code.Metrics.Contains(name) && !Others.Contains(name));
}
