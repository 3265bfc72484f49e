using System.Globalization;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.Problems;

internal static class ProblemPages
{
    /// <summary>
    /// Writes a problem for the bare statuses of routing and of the server, for a request over the limits or with a body that
    /// is no HTTP, and for unexpected exceptions.
    /// </summary>
    public static void UseProblems(this WebApplication app)
    {
        app.UseStatusCodePages(pages => pages.HttpContext.WriteProblemAsync(OfStatus(pages.HttpContext)));
        app.Use(async (context, next) =>
        {
            try
            {
                if (RequestLimits.Check(context) is { } problem)
                    await context.WriteProblemAsync(problem);
                else
                    await next(context);
            }
            catch (BadHttpRequestException e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                // The server found it while the body was read.
                await context.WriteProblemAsync(new Problem { Status = e.StatusCode, Reason = ReasonOf(e.StatusCode), Detail = e.Message });
            }
            catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                app.Logger.Unexpected(e, context.Request.Method, context.Request.Path);
                await context.WriteProblemAsync(new Problem { Status = StatusCodes.Status500InternalServerError, Reason = "INTERNAL", Detail = "The gateway failed; the first eight characters of the trace id find the error in its log." });
            }
        });
    }

    private static string ReasonOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "MALFORMED_REQUEST",
        StatusCodes.Status408RequestTimeout => "BODY_TIMEOUT",
        StatusCodes.Status413PayloadTooLarge => "BODY_TOO_LARGE",
        _ => "HTTP_" + status.ToString(CultureInfo.InvariantCulture),
    };

    private static Problem OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new Problem
        {
            Status = StatusCodes.Status404NotFound,
            Reason = "PATH_NOT_FOUND",
            Detail = $"No endpoint has the path {context.Request.Path}; GET / lists all endpoints.",
        },
        StatusCodes.Status405MethodNotAllowed => Problem.MethodNotAllowed(context.Request.Method, context.Response.Headers.Allow!),
        var status => new Problem { Status = status, Reason = "HTTP_" + status.ToString(CultureInfo.InvariantCulture), Detail = StatusMap.Title(status) },
    };
}
