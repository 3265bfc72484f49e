using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Pylon.Access;
using Pylon.Rpc;

namespace Pylon.ServiceDefaults;

/// <summary>
/// <c>GET /health/live</c>: 200 as long as the process serves requests; no store is asked, so an outage of one never
/// restarts a process. <c>GET /health/startup</c>: 503 until the start is complete. <c>GET /health/ready</c>: 503 with the
/// reason while a store that the service needs is unreachable, and from the signal to end on. A peer is required only where a service registers a check for it: a service that keeps its work and
/// tries again later stays ready without its peers. With the setting PYLON_INSTANCE each answer has its value in the
/// header Pylon-Instance, so whoever started the process knows that it is this one that answers.
/// </summary>
internal static class HealthEndpoint
{
    private const string InstanceSetting = "PYLON_INSTANCE";
    private const string InstanceHeader = "Pylon-Instance";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var instance = endpoints.ServiceProvider.GetRequiredService<IConfiguration>()[InstanceSetting] ?? "";
        Task WriteAsync(HttpContext context, HealthReport report)
        {
            if (instance.Length > 0)
                context.Response.Headers[InstanceHeader] = instance;
            return WriteReportAsync(context, report);
        }

        var health = endpoints.MapGroup("").WithMetadata(ScopeRule.Public);
        health.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => check.Name == RpcServer.SelfCheck, ResponseWriter = WriteAsync });
        var started = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted;
        health.Map("/health/startup", context =>
        {
            context.Response.StatusCode = started.IsCancellationRequested ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return WriteAsync(context, new HealthReport(new Dictionary<string, HealthReportEntry>(), started.IsCancellationRequested ? HealthStatus.Healthy : HealthStatus.Unhealthy, TimeSpan.Zero));
        });
        var ready = new HealthCheckOptions { ResponseWriter = WriteAsync };
        health.MapHealthChecks("/health/ready", ready);
        health.MapHealthChecks("/health", ready);
        // The name in the Batch Conductor Service's API.
        health.MapHealthChecks("/healthz", ready);
    }

    private static Task WriteReportAsync(HttpContext context, HealthReport report)
    {
        var checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = Word(entry.Value.Status), description = entry.Value.Description ?? "" },
            StringComparer.Ordinal);
        return context.Response.WriteAsJsonAsync(new { status = Word(report.Status), checks }, JsonSerializerOptions.Web, context.RequestAborted);
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
