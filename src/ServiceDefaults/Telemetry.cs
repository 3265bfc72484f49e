using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pylon.ServiceDefaults;

/// <summary>
/// Traces and metrics by OTLP, only when OTEL_EXPORTER_OTLP_ENDPOINT says where to; the exporter reads the rest of
/// the standard OTEL_* variables itself. What is measured is the framework's own: no instrumentation packages.
/// </summary>
internal static class Telemetry
{
    /// <summary>Meters that are exported, here and on /metrics; a trailing star takes all that begin so.</summary>
    public static readonly string[] Meters =
    [
        "Pylon.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql",
    ];

    private static readonly string[] Sources = ["Pylon.*", "Microsoft.AspNetCore", "System.Net.Http", "Npgsql"];

    public static void AddWhenAsked(IServiceCollection services, IConfiguration configuration, string name)
    {
        if (string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) return;
        services.AddHostedService(_ => new Export(name));
    }

    private sealed class Export(string name) : IHostedLifecycleService, IDisposable
    {
        private TracerProvider? _traces;
        private MeterProvider? _metrics;

        // Before the other services, so that their start is traced too.
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            var resource = ResourceBuilder.CreateDefault().AddService(name, serviceNamespace: "pylon");
            _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources).AddOtlpExporter().Build();
            _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters).AddOtlpExporter().Build();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            _traces?.Dispose();
            _metrics?.Dispose();
        }
    }
}
