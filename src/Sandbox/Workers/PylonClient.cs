using System.Globalization;
using System.Net;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Workers;

/// <summary>Pylon refused a request for good: a retry would not help.</summary>
internal sealed class PylonRefusedException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status => status;
}

/// <summary>
/// The REST API of the Gateway, as workers use it. All but a claim is retried until Pylon answers, which is safe.
/// </summary>
internal sealed class PylonClient(HttpClient http, TimeProvider time)
{
    private const string Worker = "sandbox";
    private const int WaitSeconds = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Claims parts of work without a job; waits a while for the first. A claim whose answer is lost ends with its lease.</summary>
    public async Task<IReadOnlyList<PlayedPart>> ClaimAsync(int most, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            "claim", new { worker = Worker, jobs = new[] { "" }, max_parts = most, wait = $"{WaitSeconds}s" }, cancellationToken);
        return [.. (answer["claims"] as JArray ?? []).Select(PlayedPart.Read)];
    }

    /// <summary>The lease from now on; null when it is lost.</summary>
    public async Task<TimeSpan?> RenewAsync(PlayedPart part, CancellationToken cancellationToken)
    {
        var answer = await AskAsync("renew", new { worker = Worker, renewals = new[] { new { part.Token } } }, cancellationToken);
        return answer?["renewed"] is JArray { Count: 1 } ? part.Lease : null;
    }

    /// <summary>False when the lease is lost.</summary>
    public async Task<bool> CompleteAsync(PlayedPart part, double kwh, DateTimeOffset began, DateTimeOffset ended, CancellationToken cancellationToken) =>
        await AskAsync(
            "complete",
            new { part.Token, part.BatchId, part.Phase, part.Part, part.CorrelationId, energy_kwh = kwh, started_at = Time(began), ended_at = Time(ended) },
            cancellationToken) is not null;

    /// <summary>False when the lease is lost.</summary>
    public async Task<bool> FailAsync(PlayedPart part, bool forGood, CancellationToken cancellationToken) =>
        await AskAsync(
            "fail", new { part.Token, part.BatchId, part.Phase, part.Part, part.CorrelationId, for_good = forGood, reason = "SANDBOX_FAULT" }, cancellationToken) is not null;

    /// <summary>True for a failure that a retry may resolve.</summary>
    public static bool IsTransient(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The answer; null when Pylon says that the lease is lost.</summary>
    private async Task<JToken?> AskAsync(string verb, object body, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await SendAsync(verb, body, cancellationToken);
            }
            catch (PylonRefusedException e) when (e.Message.Contains("LEASE_LOST", StringComparison.Ordinal))
            {
                return null;
            }
            catch (Exception e) when (IsTransient(e, cancellationToken))
            {
                // Pylon is unreachable: retry.
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<JToken> SendAsync(string verb, object body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(Json.Write(Json.From(body)), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync($"api/v1/work:{verb}", content, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.IsSuccessStatusCode)
            return Json.Parse(text);
        if ((int)answer.StatusCode is >= 500 or 408 or 429)
            throw new HttpRequestException($"{(int)answer.StatusCode}");
        throw new PylonRefusedException(answer.StatusCode, $"{(int)answer.StatusCode} {text}");
    }
}
