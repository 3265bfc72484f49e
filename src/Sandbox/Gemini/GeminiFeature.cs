using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Gemini;

/// <summary>Gemini's generateContent, with faults on demand and a log of requests.</summary>
internal static class GeminiFeature
{
    private const string Quota = "http_429";
    private const string ServerError = "http_500";
    private const string BlockedPrompt = "blocked_prompt";
    private const string EmptyCandidates = "empty_candidates";
    private const string MalformedBody = "malformed_body";
    private const string Delay = "delay";
    private const string Action = "generateContent";
    private static readonly string[] Kinds = [Quota, ServerError, BlockedPrompt, EmptyCandidates, MalformedBody, Delay];

    public static void MapGemini(this WebApplication app)
    {
        var board = new FaultBoard();
        var asked = new RecentRequests<object>(1_000);
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.MapPost("/gemini/v1beta/models/{model}:generateContent", (string model, HttpContext http) => GenerateAsync(http, model, board, asked, time));
        app.MapFaults("/admin/gemini/faults", board, Kinds, [Action], TimeSpan.FromSeconds(2));
        app.MapRecent("/admin/gemini/requests", asked);
    }

    private static async Task<IResult> GenerateAsync(HttpContext http, string model, FaultBoard board, RecentRequests<object> asked, TimeProvider time)
    {
        var text = await Json.ReadTextAsync(http);
        var hit = board.Take(Action, text, _ => true);
        if (hit.TryGetValue(Delay, out var delay))
            await Task.Delay(delay.Delay, time, http.RequestAborted);
        var (status, answer) = Answer(Key(http), model, text, hit);
        asked.Add(new { model, status, at = time.GetUtcNow(), body = text });
        var written = Json.Write(answer);
        return Results.Text(
            hit.ContainsKey(MalformedBody) ? written[..(written.Length / 2)] : written, "application/json", statusCode: status);
    }

    private static (int Status, JObject Body) Answer(string? key, string model, string text, IReadOnlyDictionary<string, Fault> hit)
    {
        if (key is null)
            return (403, GeminiAnswers.NoKey());
        if (key == "bad-key")
            return (400, GeminiAnswers.BadKey());
        if (hit.ContainsKey(Quota))
            return (429, GeminiAnswers.QuotaExceeded(model));
        if (hit.ContainsKey(ServerError))
            return (500, GeminiAnswers.Error(500, "INTERNAL", "An internal error has occurred. Please retry."));
        if (Prompt(text) is not { } prompt)
            return (400, GeminiAnswers.Error(400, "INVALID_ARGUMENT", "* GenerateContentRequest.contents: contents is not specified\n"));
        if (hit.ContainsKey(BlockedPrompt))
            return (200, GeminiAnswers.Blocked(model, prompt));
        return (200, hit.ContainsKey(EmptyCandidates)
            ? GeminiAnswers.Empty(model, prompt)
            : GeminiAnswers.Generated(model, prompt, GeminiPrompt.Answer(prompt)));
    }

    private static string? Key(HttpContext http)
    {
        var key = http.Request.Headers["x-goog-api-key"].FirstOrDefault() ?? http.Request.Query["key"].FirstOrDefault();
        return string.IsNullOrEmpty(key) ? null : key;
    }

    private static string? Prompt(string text)
    {
        try
        {
            return Json.Parse(text) is JObject body ? GeminiPrompt.Read(body) : null;
        }
        catch (Newtonsoft.Json.JsonException)
        {
            return null;
        }
    }
}
