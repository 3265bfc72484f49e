using System.Diagnostics;
using System.Globalization;

namespace Pylon.Gateway.Problems;

internal static class ProblemWriter
{
    private const string MediaType = "application/problem+json";

    /// <summary>Answers with a problem; nothing when the answer is on its way already or nobody waits for it.</summary>
    public static async Task WriteProblem(this HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = MediaType;
        context.Response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } delay)
            context.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var json = problem.Traced(context).ToJson();
        context.Response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>The problem with the id of this request's trace.</summary>
    public static Problem Traced(this Problem problem, HttpContext context) =>
        problem with { TraceId = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier };

    /// <summary>Gives the bare statuses of routing and of the server a body, and what nobody expected a status.</summary>
    public static void UseProblems(this WebApplication app)
    {
        app.UseStatusCodePages(pages => pages.HttpContext.WriteProblem(OfStatus(pages.HttpContext)));
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                app.Logger.Unexpected(e, context.Request.Method, context.Request.Path);
                await context.WriteProblem(new Problem { Status = StatusCodes.Status500InternalServerError, Reason = "INTERNAL", Detail = "Something went wrong on our side." });
            }
        });
    }

    private static Problem OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problem.NotFound(context.Request.Path),
        StatusCodes.Status405MethodNotAllowed => Problem.MethodNotAllowed(context.Request.Method, context.Response.Headers.Allow!),
        var status => new Problem { Status = status, Reason = "HTTP_" + status.ToString(CultureInfo.InvariantCulture), Detail = StatusMap.Title(status) },
    };
}
