using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pylon.Gateway.Webhooks;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Start;

namespace Pylon.Gateway.Cors;

/// <summary>
/// REST, gRPC-Web and streams for the web pages of the listed origins. A page sends its key or token in a header of its own,
/// so cookies and other credentials of the browser are never allowed.
/// </summary>
internal static class CorsFeature
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];

    // What a page may read of a response, besides its type and length.
    private static readonly string[] Exposed =
    [
        "grpc-status", "grpc-message", "grpc-status-details-bin", "pylon-position",
        HeaderNames.Allow, HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter,
    ];

    public static IServiceCollection AddCrossOrigin(this IServiceCollection services)
    {
        services.AddValidatedOptions<CorsOptions>(CorsOptions.Section);
        services.AddStartRequirement("the web pages that may call must be named: origins with commas between, or none", "Cors:Origins");
        return services.AddCors();
    }

    /// <summary>Call it before the endpoints: a problem has these headers too.</summary>
    public static void UseCrossOrigin(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<CorsOptions>>().Value;
        if (options.All() is { Length: > 0 } origins)
        {
            // Providers are servers: their webhooks are no business of a page.
            app.UseWhen(
                context => !WebhookFeature.IsCallback(context.Request),
                calls => calls.UseCors(cors => cors.WithOrigins(origins).WithMethods(Methods).AllowAnyHeader().WithExposedHeaders(Exposed).SetPreflightMaxAge(options.MaxAge).DisallowCredentials()));
        }
    }
}
