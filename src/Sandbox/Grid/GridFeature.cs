using System.Security.Cryptography;
using System.Text;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Grid.CarbonIntensity;
using Pylon.Sandbox.Grid.Elexon;
using Pylon.Sandbox.Grid.Neso;
using Pylon.Sandbox.Grid.Sources;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Grid;

/// <summary>The sources of grid data, each below its own path, with faults on demand and a log of requests.</summary>
internal static class GridFeature
{
    private const int LongestPath = 500;
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(30);

    public static void AddGrid(this IServiceCollection services) => services
        .AddSingleton<GridSource, CarbonIntensityApi>()
        .AddSingleton<GridSource, NesoPortal>()
        .AddSingleton<GridSource, ElexonApi>();

    public static void MapGrid(this WebApplication app)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        foreach (var source in app.Services.GetServices<GridSource>())
        {
            app.MapGet($"/{source.Name}", () => Json.Result(new
            {
                name = source.Name,
                note = "Simulated by the Pylon sandbox: the shapes are those of the real source, every value is made up.",
                datasets = source.Datasets,
            }));
            app.MapGet($"/{source.Name}/{{**path}}", (string path, HttpContext http) => AnswerAsync(source, path.Trim('/'), http, time));
            app.MapFaults($"/grid/{source.Name}/faults", source.Faults, GridFaults.All, source.Datasets, DefaultDelay);
            app.MapRecent($"/grid/{source.Name}/requests", source.Requests);
        }
    }

    private static async Task<IResult> AnswerAsync(GridSource source, string path, HttpContext http, TimeProvider time)
    {
        // A header marks the answer as simulated, so that the body has exactly the real shape.
        http.Response.Headers["X-Pylon-Sandbox"] = "made-up values";
        var (now, asked, dataset) = (time.GetUtcNow(), path + http.Request.QueryString, source.DatasetOf(path));
        var answer = source.Answer(path, http.Request.Query, now);
        var hit = source.Faults.Take(dataset, asked, kind => GridFaults.Fits(kind, source, answer));
        if (hit.TryGetValue(GridFaults.Delay, out var delay))
            await Task.Delay(delay.Delay, time, http.RequestAborted);
        if (hit.ContainsKey(GridFaults.DropConnection))
        {
            Note(GridFaults.DropConnection);
            http.Abort();
            return Results.Empty;
        }

        answer = GridFaults.Apply(source, answer, hit);
        var text = answer.Csv ?? Json.Write(answer.Body);
        if (hit.ContainsKey(GridFaults.MalformedBody))
            text = text[..(text.Length / 2)];
        var known = hit.Count == 0 && answer.Status == 200 && IsKnown(http, text);
        Note(known ? "304" : $"{answer.Status}");
        if (answer.Status == 429)
            http.Response.Headers.RetryAfter = "1";
        return answer switch
        {
            _ when known => Results.StatusCode(304),
            { Location: { } location } => Results.Redirect(location),
            _ => Results.Text(text, answer.Csv is null ? "application/json" : "text/csv", Encoding.UTF8, answer.Status),
        };

        // The status, or the fault that replaced the answer.
        void Note(string outcome) => source.Requests.Add(
            new { at = now, dataset, path = asked.Length > LongestPath ? asked[..LongestPath] : asked, answer = outcome, faults = hit.Keys });
    }

    // Every successful answer has an ETag for conditional requests.
    private static bool IsKnown(HttpContext http, string text)
    {
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12))}\"";
        http.Response.Headers.ETag = tag;
        return http.Request.Headers.IfNoneMatch.Contains(tag);
    }
}
