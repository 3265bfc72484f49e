using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Workers;

/// <summary>Pylon refused a request for good: a retry would not help.</summary>
internal sealed class PylonRefusedException(string message) : Exception(message);

/// <summary>
/// The REST API of the Gateway and the broadcast, as external workers use them. A call is retried until Pylon answers;
/// all of them are idempotent.
/// </summary>
internal sealed class PylonClient(HttpClient http, TimeProvider time)
{
    private const int PollPage = 1000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>True while the workload is scheduled; false when it has ended or does not exist.</summary>
    public async Task<bool> IsScheduledAsync(string workloadId, CancellationToken cancellationToken) =>
        Guid.TryParse(workloadId, out _)
        && await AskAsync(HttpMethod.Get, $"api/v1/workloads/{workloadId}", null, cancellationToken) is { } found
        && Json.Text(found["workload"], "status") == "WORKLOAD_STATUS_SCHEDULED";

    /// <summary>The number of parts of a batch, and its complete phases.</summary>
    public async Task<(int Parts, IReadOnlySet<string> Complete)> BatchAsync(string batchId, CancellationToken cancellationToken)
    {
        var batch = (await AskAsync(HttpMethod.Get, $"api/v1/batches/{Uri.EscapeDataString(batchId)}", null, cancellationToken))?["batch"];
        var complete = (batch?["phases"] as JArray ?? []).Where(p => Json.Text(p, "state") == "PHASE_STATE_COMPLETE");
        return (Math.Max(1, (int)(Json.Number(batch, "total_entities") ?? 1)), complete.Select(p => Json.Text(p, "phase")).OfType<string>().ToHashSet());
    }

    /// <summary>True when the report changed the batch.</summary>
    public async Task<bool> SendAsync(Report report, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(HttpMethod.Post, $"api/v1/batches/{Uri.EscapeDataString(report.BatchId)}:report", Json.From(new
        {
            report.Phase,
            entity_id = report.Part,
            status = report.Succeeded ? "PHASE_STATUS_SUCCESS" : "PHASE_STATUS_FAILED",
            report.EventId,
            report.CorrelationId,
            error_code = report.Succeeded ? "" : "SANDBOX_FAULT",
            energy_kwh = report.Work?.Kwh,
            started_at = Time(report.Work?.Start),
            ended_at = Time(report.Work?.End),
        }), cancellationToken);
        return answer?["changed"]?.Value<bool>() ?? false;
    }

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The jobs of all stored batch events, and the position after them.</summary>
    public async Task<(IReadOnlyList<Job> Jobs, string Position)> StoredJobsAsync(CancellationToken cancellationToken)
    {
        var (jobs, position) = (new List<Job>(), "");
        while (true)
        {
            var page = await AskAsync(
                HttpMethod.Get, $"beckn/broadcast/poll?topics=batches&max_events={PollPage}&after={Uri.EscapeDataString(position)}", null, cancellationToken);
            var events = page?["events"] as JArray ?? [];
            jobs.AddRange(events.Select(e => Job.Read(e["event"]?["batch_pipeline_defined"])).OfType<Job>());
            position = Json.Text(page, "position") ?? position;
            if (events.Count < PollPage)
                return (jobs, position);
        }
    }

    /// <summary>Follows the events after a position; ends with the connection.</summary>
    public async IAsyncEnumerable<(string? Position, Job? Job)> FollowAsync(string position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "beckn/broadcast?topics=batches");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Add("Last-Event-ID", position);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.BadRequest)
            throw new PylonRefusedException(await answer.Content.ReadAsStringAsync(cancellationToken));
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            var data = item.EventType == "pylon.batch.pipeline_defined.v1" ? Json.Parse(item.Data)["data"] : null;
            yield return (item.EventType == "error" ? null : item.EventId, Job.Read(data));
        }
    }

    /// <summary>The answer; null for 404.</summary>
    private async Task<JToken?> AskAsync(HttpMethod method, string path, JObject? body, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(method, path);
                if (body is not null)
                    request.Content = new StringContent(Json.Write(body), Encoding.UTF8, "application/json");
                using var answer = await http.SendAsync(request, cancellationToken);
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return Json.Parse(text);
                if (answer.StatusCode == HttpStatusCode.NotFound)
                    return null;
                if ((int)answer.StatusCode is < 500 and not (408 or 429))
                    throw new PylonRefusedException($"{(int)answer.StatusCode} {text}");
            }
            catch (Exception e) when (IsTransient(e, cancellationToken))
            {
                // Pylon is unreachable: retry.
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>True for a failure that a retry may resolve.</summary>
    public static bool IsTransient(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
