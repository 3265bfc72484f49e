using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pylon.ServiceDefaults;

/// <summary><c>GET /health</c>: 200 while the process can do its work, 503 with the reason when it cannot.</summary>
internal static class HealthEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var options = new HealthCheckOptions { ResponseWriter = WriteAsync };
        endpoints.MapHealthChecks("/health", options);
        // The name that one of the systems had for it which Pylon took over.
        endpoints.MapHealthChecks("/healthz", options);
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
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
