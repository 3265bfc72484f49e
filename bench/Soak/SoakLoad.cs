using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Pylon.Bench.Soak;

/// <summary>
/// Workloads at a steady rate, in turn by the API and by plain SQL. What becomes of each follows from the seed and its
/// number: it is chosen, cancelled at some moment, or left alone. A call that gets no answer is repeated.
/// </summary>
internal sealed class SoakLoad(SoakStack stack, SoakTally tally, int rate, int seed)
{
    // A call may meet a service that is killed and started again.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly string[] Waiting = ["queued", "processing"];

    private readonly ConcurrentDictionary<Guid, string> _states = new();

    /// <summary>Until it is told to end; then what has begun is brought to its end.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        using var over = new CancellationTokenSource();
        var watching = WatchAsync(over.Token);
        var lives = new List<Task>();
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        try
        {
            for (var n = 0; await ticks.WaitForNextTickAsync(end); n++)
                lives.Add(LiveAsync(n, end));
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }

        await Task.WhenAll(lives);
        await over.CancelAsync();
        await watching;
    }

    private async Task LiveAsync(int n, CancellationToken end)
    {
        var dice = new Random(unchecked((seed * 31) + n));
        var (id, fate, option, after) = (new Guid(Bytes(dice)), dice.Next(100), dice.Next(1, 4), TimeSpan.FromMilliseconds(dice.Next(5_000)));
        try
        {
            var submitted = await (n % 2 == 0 ? SubmitAsync(id, n) : InsertAsync(id, n));
            if (submitted is not { } workload)
                return;
            tally.Submitted.Add(workload);
            if (fate < 10)
                await CancelAsync(workload, after);
            else if (fate < 80)
                await DecideAsync(workload, fate, option, after, end);
            else
                tally.Count("workloads left alone");
        }
        catch (Exception e)
        {
            tally.Problems.Enqueue($"workload {n}: {e.GetType().Name}: {e.Message}");
        }
    }

    private async Task DecideAsync(Guid id, int fate, int option, TimeSpan after, CancellationToken end)
    {
        while (!_states.TryGetValue(id, out var state) || Waiting.Contains(state))
        {
            if (end.IsCancellationRequested)
                return;
            await Task.Delay(Pause, CancellationToken.None);
        }

        if (fate < 20)
        {
            await CancelAsync(id, after);
            return;
        }

        if (await PostAsync($"/api/v1/workloads/{id}:choose", new { option }, "choices"))
            tally.Chosen.Add(id);
        if (fate < 30)
            await CancelAsync(id, after);
    }

    private async Task CancelAsync(Guid id, TimeSpan after)
    {
        await Task.Delay(after);
        if (await PostAsync($"/api/v1/workloads/{id}:cancel", new { }, "cancellations"))
            tally.Cancelled.Add(id);
    }

    private async Task<Guid?> SubmitAsync(Guid requestId, int n)
    {
        JsonNode? answer = null;
        var accepted = await PostAsync("/api/v1/workloads", new { request_id = requestId, workload_name = $"soak {n}", urgency = n % 10 == 0 ? "HIGH" : "LOW" }, "submissions", body => answer = body);
        return accepted ? Guid.Parse((string)answer!["workload"]!["id"]!) : null;
    }

    private async Task<Guid?> InsertAsync(Guid id, int n)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var command = stack.Database.CreateCommand(
                    "INSERT INTO compute_workloads (id, workload_name, status, bpp_processed) VALUES ($1, $2, 'queued', false) ON CONFLICT DO NOTHING");
                command.Parameters.Add(new NpgsqlParameter { Value = id });
                command.Parameters.Add(new NpgsqlParameter { Value = $"soak {n} by SQL" });
                await command.ExecuteNonQueryAsync();
                tally.Count("rows inserted");
                return id;
            }
            catch (NpgsqlException) when (TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause);
            }
        }
    }

    /// <summary>True when it is accepted; a refusal (4xx) is counted, no answer is asked for again.</summary>
    private async Task<bool> PostAsync(string path, object body, string what, Action<JsonNode?>? read = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await stack.Gateway.PostAsJsonAsync(path, body);
                if ((int)answer.StatusCode < 500 && answer.StatusCode != HttpStatusCode.TooManyRequests)
                {
                    var node = await answer.Content.ReadFromJsonAsync<JsonNode>();
                    tally.Count(answer.IsSuccessStatusCode ? what : $"{what} refused: {(string?)node?["reason"] ?? $"HTTP {(int)answer.StatusCode}"}");
                    read?.Invoke(node);
                    return answer.IsSuccessStatusCode;
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or System.Text.Json.JsonException)
            {
                // Asked again below.
            }

            tally.Count("calls repeated");
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"POST {path} has no answer for {Patience.TotalSeconds:0} s");
            await Task.Delay(Pause);
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                foreach (var (id, status) in await stack.QueryAsync("SELECT id, status FROM compute_workloads", r => (r.GetGuid(0), r.GetString(1)), cancellationToken))
                    _states[id] = status;
                await Task.Delay(Pause, cancellationToken);
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException or IOException)
            {
                // PostgreSQL is killed on the way; the next round reads again.
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private static byte[] Bytes(Random dice)
    {
        var bytes = new byte[16];
        dice.NextBytes(bytes);
        return bytes;
    }
}
