using Microsoft.Net.Http.Headers;
using Pylon.Web.Assets;
using Pylon.Web.Frame;
using Pylon.Web.Hotspots;
using Pylon.Web.Now;
using Pylon.Web.Operations;
using Pylon.Web.Planning;
using Pylon.Web.Services;
using Pylon.Web.Words;
using Pylon.Web.Workloads;

namespace Pylon.Web;

/// <summary>The web page: <c>/</c> for browsers, everything else under <c>/web</c>.</summary>
public static class WebFeature
{
    /// <summary>Needs an <see cref="Transcoding.Calls.IUpstreams"/>, through which the pages call the services.</summary>
    public static IServiceCollection AddWeb(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddSingleton<AssetFiles>();
        services.AddSingleton<Clients>();
        services.AddScoped<Clock>();
        services.AddSingleton<FailedPages>();
        return services;
    }

    /// <summary>Maps the pages under <c>/web</c>. The host maps <c>/</c>, where a browser gets <see cref="ServeFirstPageAsync"/>.</summary>
    public static RouteGroupBuilder MapWeb(this WebApplication app)
    {
        var web = app.MapGroup("/web").AddEndpointFilter<PageHeaders>().AddEndpointFilter<FailedPages>().AddEndpointFilter<OwnForms>();
        app.Services.GetRequiredService<AssetFiles>().Map(web);
        web.MapZone();
        web.MapNow();
        web.MapWorkloads();
        web.MapPlan();
        web.MapHotspots();
        web.MapOperations();
        web.MapGet("/{**path}", () => Page.Of<NotFoundPage>(StatusCodes.Status404NotFound));
        return web;
    }

    /// <summary>Writes the first page, which is at <c>/</c>.</summary>
    public static Task ServeFirstPageAsync(HttpContext context)
    {
        PageHeaders.Add(context.Response);
        return context.RequestServices.GetRequiredService<FailedPages>().WriteAsync(context, () => Task.FromResult<IResult?>(Page.Of<NowPage>()));
    }

    /// <summary>True for a browser that loads a page. A program that accepts any type is not a browser.</summary>
    public static bool WantsPage(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.Any(one => one.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && one.Quality is null or > 0);
}
