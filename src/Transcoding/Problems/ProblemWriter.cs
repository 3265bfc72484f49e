using System.Diagnostics;
using System.Globalization;

namespace Pylon.Transcoding.Problems;

public static class ProblemWriter
{
    private const string MediaType = "application/problem+json";

    /// <summary>Answers with a problem; does nothing when the response has started or the caller has gone.</summary>
    public static async Task WriteProblemAsync(this HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } delay)
            context.Response.Headers.RetryAfter = Seconds(delay);
        await context.WriteJsonAsync(problem.Traced(context).ToJson(), MediaType);
    }

    /// <summary>The value of Retry-After.</summary>
    public static string Seconds(TimeSpan delay) => Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes a body of JSON with its length; only the headers when the request is a HEAD.</summary>
    public static async Task WriteJsonAsync(this HttpContext context, ReadOnlyMemory<byte> json, string contentType = "application/json")
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>The problem with the id of this request's trace.</summary>
    public static Problem Traced(this Problem problem, HttpContext context) =>
        problem with { TraceId = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier };
}
