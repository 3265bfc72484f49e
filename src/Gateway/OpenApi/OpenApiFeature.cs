using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Pylon.Gateway.Callers;
using Pylon.Gateway.Problems;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.OpenApi;

/// <summary><c>GET /openapi.json</c>, and <c>/docs</c> to browse it and try it.</summary>
internal static class OpenApiFeature
{
    private const string Document = "/openapi.json";
    private const string Page = "docs";

    // The page's icons are data; everything else is the gateway's own.
    private const string Policy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapOpenApi(this WebApplication app)
    {
        var made = new Lazy<Task<byte[]>>(ApiDocument.WriteAsync);
        app.MapRest("GET", Document, CallerGate.ContractRule, async context =>
        {
            var json = await made.Value;
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json))[..16]}\"");
            context.Response.GetTypedHeaders().ETag = tag;
            context.Response.Headers.CacheControl = "no-cache";
            if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
                context.Response.StatusCode = StatusCodes.Status304NotModified;
            else
                await context.WriteJsonAsync(json);
        });
        app.UseWhen(context => context.Request.Path.StartsWithSegments($"/{Page}", StringComparison.Ordinal), UsePage);
    }

    private static void UsePage(IApplicationBuilder page)
    {
        page.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
        page.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = Page;
            ui.DocumentTitle = "Pylon";
            ui.SwaggerEndpoint(Document, "Pylon");
            ui.EnableDeepLinking();
            ui.EnableFilter();
            ui.DisplayOperationId();
            ui.DefaultModelsExpandDepth(-1);
            ui.DocExpansion(Swashbuckle.AspNetCore.SwaggerUI.DocExpansion.None);
            // The default sends the document to another host.
            ui.EnableValidator(null);
        });
    }
}
