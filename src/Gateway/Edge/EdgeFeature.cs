using System.Globalization;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Start;

namespace Pylon.Gateway.Edge;

/// <summary>What holds for every request and every answer, whoever serves it.</summary>
internal static class EdgeFeature
{
    // An answer of the API is data: nothing in it may be run or shown in a frame. Pages say more.
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    public static IServiceCollection AddEdge(this IServiceCollection services)
    {
        services.AddValidatedOptions<EdgeOptions>(EdgeOptions.Section);
        return services.AddStartRequirement("what callers send must not be read on its way", "PYLON_TLS_CERT", "Edge:TrustedProxies");
    }

    /// <summary>Stands before everything else: each answer gets these headers, and what comes behind sees the true address of its caller.</summary>
    public static void UseEdge(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value;
        if (options.Proxies() is { Count: > 0 } proxies)
            app.UseForwardedHeaders(BehindProxies(proxies));
        var age = "max-age=" + options.StrictTransport.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
        app.Use((context, next) =>
        {
            context.Response.OnStarting(state => AddHeadersAsync((HttpContext)state, age), context);
            return next(context);
        });
    }

    private static ForwardedHeadersOptions BehindProxies(IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        // Each address of the list counts as long as the one behind it is a trusted proxy.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            options.KnownIPNetworks.Add(proxy);
        return options;
    }

    private static Task AddHeadersAsync(HttpContext context, string strictTransport)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = DataPolicy;
        headers.TryAdd("Referrer-Policy", "no-referrer");
        if (context.Request.IsHttps)
            headers.StrictTransportSecurity = strictTransport;
        return Task.CompletedTask;
    }
}
