using Microsoft.AspNetCore.Http.Features;

namespace Pylon.Web.Frame;

/// <summary>
/// Takes a form only from a page of this host. The browser says where a form comes from (Sec-Fetch-Site, or Origin where it
/// does not send that); nothing is kept here, so any gateway takes the form of another, also after a restart.
/// </summary>
internal sealed class OwnForms : IEndpointFilter
{
    private const long MostBytes = 64 * 1024;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (!HttpMethods.IsPost(request.Method))
            return await next(context);
        if (!IsOwn(request))
            return Results.Text("A form of another site is not taken.", statusCode: StatusCodes.Status403Forbidden);
        if (!request.HasFormContentType)
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        if (context.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MostBytes;
        return await next(context);
    }

    /// <summary>Without either header it is no browser, and nobody's rights can be misused.</summary>
    private static bool IsOwn(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site)
            return site is "same-origin" or "none";
        return request.Headers.Origin.ToString() is not { Length: > 0 } origin
            || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
