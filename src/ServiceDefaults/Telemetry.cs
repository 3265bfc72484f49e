using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pylon.ServiceDefaults;

/// <summary>
/// Metrics for <c>GET /metrics</c>, always. Traces and metrics by OTLP when OTEL_EXPORTER_OTLP_ENDPOINT says where to;
/// OTEL_TRACES_EXPORTER=console prints traces without a collector. OTEL_TRACES_SAMPLER and the other standard
/// variables mean what the OpenTelemetry specification says.
/// </summary>
internal static class Telemetry
{
    // The library's own bounds are meant for milliseconds.
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    // Nobody asks for them, and each is paid for by every request.
    private static readonly HashSet<string> LeftOut = ["aspnetcore.routing.match_attempts", "http.client.active_requests", "http.client.request.time_in_queue"];

    public static void Add(IServiceCollection services, IConfiguration configuration, string name)
    {
        var otlp = configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        var console = string.Equals(configuration["OTEL_TRACES_EXPORTER"], "console", StringComparison.OrdinalIgnoreCase);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(name, serviceNamespace: "pylon"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("Pylon.*").AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation().AddNpgsqlInstrumentation();
                metrics.AddView(instrument => LeftOut.Contains(instrument.Name) ? MetricStreamConfiguration.Drop : instrument is Histogram<double> { Unit: "s", Advice: null } ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds } : null);
                metrics.AddPrometheusExporter(text => (text.ScopeInfoEnabled, text.TargetInfoEnabled, text.ScrapeResponseCacheDurationMilliseconds) = (false, false, 0));
                if (otlp)
                    metrics.AddOtlpExporter();
            });
        if (!otlp && !console)
            return;
        telemetry.WithTracing(traces =>
        {
            traces.AddSource("Pylon.*").AddHttpClientInstrumentation().AddNpgsql();
            traces.AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsProbe(context.Request.Path));
            if (otlp)
                traces.AddOtlpExporter();
            if (console)
                traces.AddConsoleExporter();
        });
    }

    private static bool IsProbe(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/healthz") || path.StartsWithSegments("/metrics");
}
