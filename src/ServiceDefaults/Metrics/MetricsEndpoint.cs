using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pylon.ServiceDefaults.Metrics;

/// <summary><c>GET /metrics</c> in the text format that Prometheus scrapes.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        // Made now: what is measured before the first scrape counts too.
        var registry = endpoints.ServiceProvider.GetRequiredService<MetricsRegistry>();
        endpoints.MapGet("/metrics", (HttpContext context) => context.RequestAborted.IsCancellationRequested
            ? Results.Empty
            : Results.Text(registry.Scrape(), "text/plain; version=0.0.4; charset=utf-8"));
    }
}
