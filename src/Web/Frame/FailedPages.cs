using Microsoft.Extensions.Logging;

namespace Pylon.Web.Frame;

/// <summary>Writes the answer, and a page in its place when that fails.</summary>
internal sealed class FailedPages(ILogger<FailedPages> log) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        await WriteAsync(context.HttpContext, async () => await next(context) as IResult);
        return Results.Empty;
    }

    public async Task WriteAsync(HttpContext http, Func<Task<IResult?>> answer)
    {
        try
        {
            if (await answer() is { } result)
                await result.ExecuteAsync(http);
        }
        catch (Exception e) when (e is not BadHttpRequestException && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            log.PageFailed(e, http.Request.Method, http.Request.Path);
            // The page that failed has left headers of its own.
            http.Response.Clear();
            PageHeaders.Add(http.Response);
            await Page.Of<FailedPage>(StatusCodes.Status500InternalServerError).ExecuteAsync(http);
        }
    }
}
