using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Pylon.Bench.Soak;

/// <summary>
/// The faults, each as often as the others, in an order that follows from the seed. One is over, and what was killed is
/// healthy again, before the next begins.
/// </summary>
internal sealed class SoakFaults
{
    private static readonly TimeSpan ShortestGap = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Locked = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(5);

    // Longer than the lease (SoakStack).
    private static readonly TimeSpan FrozenOrchestrator = TimeSpan.FromSeconds(9);

    private static readonly string[] BadRows =
    [
        "INSERT INTO compute_workloads (workload_name) VALUES ('')",
        "INSERT INTO compute_workloads (workload_name, status) VALUES ('soak bad', 'scheduled')",
        "INSERT INTO compute_workloads (workload_name, max_price_gbp) VALUES ('soak bad', 'NaN')",
        "INSERT INTO compute_workloads (workload_name, deadline) VALUES ('soak bad', '2300-01-01')",
        "INSERT INTO compute_workloads (workload_name, user_email) VALUES ('soak bad', 'nobody')",
        "INSERT INTO compute_workloads (workload_name, urgency) VALUES ('soak bad', 'SOON')",
    ];

    private readonly SoakStack _stack;
    private readonly SoakTally _tally;
    private readonly Random _dice;
    private readonly IReadOnlyList<(string Name, Func<CancellationToken, Task> Inject)> _faults;

    public SoakFaults(SoakStack stack, SoakTally tally, Random dice)
    {
        (_stack, _tally, _dice) = (stack, tally, dice);
        _faults =
        [
            ("malformed completion events", MalformedEventsAsync),
            ("bad SQL rows", BadRowsAsync),
            ("bad catalogue items", BadCatalogueAsync),
            ("provider cancels a booking", ProviderCancelsAsync),
            ("provider updates a booking", ProviderUpdatesAsync),
            ("provider slow", token => ProviderAsync(token, new { kind = "delay", count = 5, delay_ms = 5_000 })),
            ("provider HTTP 500", token => ProviderAsync(token, new { kind = "http_error", count = 6, http_status = 500 }, new { kind = "http_error", action = "confirm", count = 2, http_status = 500, processed = true })),
            ("provider NACK", token => ProviderAsync(token, new { kind = "nack", count = 6 })),
            ("provider HTTP 409", token => ProviderAsync(token, new { kind = "nack", count = 4, http_status = 409 })),
            ("provider refuses", token => ProviderAsync(token, new { kind = "business_error", count = 4 })),
            ("provider drops connections", token => ProviderAsync(token, new { kind = "drop_connection", count = 3, processed = true }, new { kind = "drop_connection", count = 3 })),
            ("provider lies", token => ProviderAsync(token, new { kind = "malformed_body", count = 3 }, new { kind = "forged_callback", count = 2 }, new { kind = "unsigned_callback", count = 2 }, new { kind = "replayed_callback", count = 3 }, new { kind = "reordered_callback", count = 2 }, new { kind = "few_items", count = 2 })),
            ("callbacks lost, late and twice", token => ProviderAsync(token, new { kind = "lost_callback", count = 2 }, new { kind = "late_callback", count = 3, delay_ms = 8_000 }, new { kind = "duplicate_callback", count = 3 })),
            ("Redis frozen", token => SoakStack.FreezeAsync(stack.Redis, Frozen, token)),
            ("Redis killed", token => SoakStack.KillAsync(stack.Redis, Down, token)),
            ("Redis killed and emptied", token => SoakStack.KillAsync(stack.Redis, Down, token, whileDown: Empty)),
            ("PostgreSQL killed", token => SoakStack.KillAsync(stack.Postgres, Down, token)),
            ("PostgreSQL restarted", RestartPostgresAsync),
            ("PostgreSQL ends all connections", EndConnectionsAsync),
            ("every connection of a pool waits", LockTablesAsync),
            ("commits without an answer", KeepAnswersAsync),
            ("Orchestrator frozen", token => SoakStack.FreezeAsync(stack.Orchestrators[_dice.Next(2)], FrozenOrchestrator, token)),
            ("Orchestrator killed", token => SoakStack.KillAsync(stack.Orchestrators[_dice.Next(2)], Down, token)),
            .. new[] { "conductor", "ingestion", "insights", "gateway", "sandbox" }.Select(service =>
                ($"{service} killed", (Func<CancellationToken, Task>)(token => SoakStack.KillAsync(stack[service], Down, token)))),
        ];
    }

    /// <summary>The faults by name.</summary>
    public IReadOnlyList<string> Names => [.. _faults.Select(fault => fault.Name)];

    /// <summary>One of them; what it could not do is a problem of the tally.</summary>
    public Task InjectAsync(string name, CancellationToken cancellationToken) => InjectAsync(_faults.First(fault => fault.Name == name), at: null, cancellationToken);

    /// <summary>All of them in turn, for so long.</summary>
    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        var gap = duration / (_faults.Count + 1);
        gap = gap < ShortestGap ? ShortestGap : gap > LongestGap ? LongestGap : gap;
        var turn = new Queue<(string Name, Func<CancellationToken, Task> Inject)>();
        for (var n = 1; duration - TimeProvider.System.GetElapsedTime(began) is { Ticks: > 0 } left; n++)
        {
            // From begin to begin; one that takes longer is followed after a moment.
            var wait = (n * gap) - TimeProvider.System.GetElapsedTime(began);
            wait = wait > Moment ? wait : Moment;
            await Task.Delay(wait < left ? wait : left, cancellationToken);
            if (turn.Count == 0)
                turn = new(_faults.OrderBy(_ => _dice.Next()));
            if (TimeProvider.System.GetElapsedTime(began) < duration)
                await InjectAsync(turn.Dequeue(), TimeProvider.System.GetElapsedTime(began), cancellationToken);
        }

        await _stack.Sandbox.DeleteAsync("/admin/bpp/faults", cancellationToken);
    }

    private async Task InjectAsync((string Name, Func<CancellationToken, Task> Inject) fault, TimeSpan? at, CancellationToken cancellationToken)
    {
        if (at is { } moment)
            Console.WriteLine($"  {moment:mm\\:ss} {fault.Name}");
        try
        {
            await fault.Inject(cancellationToken);
            _tally.Count("fault: " + fault.Name);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _tally.Problems.Enqueue($"fault {fault.Name}: {e.GetType().Name}: {e.Message}");
        }
    }

    private async Task RestartPostgresAsync(CancellationToken cancellationToken)
    {
        await _stack.Postgres.StopAsync();
        await SoakStack.StartAgainAsync(_stack.Postgres, cancellationToken);
    }

    private async Task EndConnectionsAsync(CancellationToken cancellationToken)
    {
        for (var n = 0; n < 3; n++)
        {
            _tally.Count("connections ended", (await _stack.QueryAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'", row => row.GetInt64(0), cancellationToken))[0]);
            await Task.Delay(Moment, cancellationToken);
        }
    }

    // Whoever writes waits, with its connection, until no pool has one left.
    private async Task LockTablesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _stack.Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var locking = new NpgsqlCommand("LOCK TABLE orchestrator.compute_workloads, conductor.phase_reports, insights.events_normalized IN ACCESS EXCLUSIVE MODE", connection, transaction);
        await locking.ExecuteNonQueryAsync(cancellationToken);
        await Task.Delay(Locked, cancellationToken);
    }

    private async Task KeepAnswersAsync(CancellationToken cancellationToken)
    {
        var before = _stack.Proxy.Kept;
        for (var n = 0; n < 5; n++)
        {
            _stack.Proxy.KeepAnswers(4);
            await Task.Delay(Moment / 2, cancellationToken);
        }

        _tally.Count("commits without an answer", _stack.Proxy.Kept - before);
    }

    private async Task ProviderAsync(CancellationToken cancellationToken, params object[] faults)
    {
        foreach (var fault in faults)
            (await _stack.Sandbox.PostAsJsonAsync("/admin/bpp/faults", fault, cancellationToken)).EnsureSuccessStatusCode();
    }

    private static readonly string[] Malformed = ["phases", "batches"];

    /// <summary>Malformed events whose dead letters Redis still has.</summary>
    public static string Letters(string topic) => $"dead letters kept on {topic}";

    private void Empty()
    {
        Directory.Delete(_stack.Redis.DataDirectory, recursive: true);
        foreach (var topic in Malformed)
            _tally.Forget(Letters(topic));
    }

    private async Task MalformedEventsAsync(CancellationToken cancellationToken)
    {
        var database = _stack.RedisConnection.GetDatabase();
        foreach (var topic in Malformed)
        {
            await database.StreamAddAsync($"pylon:events:{topic}", "event", new byte[] { 0xFF, 0xFF });
            await database.StreamAddAsync($"pylon:events:{topic}", "envelope", """{"event_id":5}""");
            _tally.Count($"malformed events on {topic}", 2);
            _tally.Count(Letters(topic), 2);
        }
    }

    private async Task BadRowsAsync(CancellationToken cancellationToken)
    {
        foreach (var row in BadRows)
        {
            try
            {
                await using var command = _stack.Database.CreateCommand(row);
                await command.ExecuteNonQueryAsync(cancellationToken);
                _tally.Problems.Enqueue($"a bad row is taken: {row}");
            }
            catch (PostgresException e) when (e.SqlState.StartsWith("23", StringComparison.Ordinal) || e.SqlState.StartsWith("22", StringComparison.Ordinal))
            {
                _tally.Count("bad rows refused");
            }
        }
    }

    private async Task BadCatalogueAsync(CancellationToken cancellationToken)
    {
        var catalogues = (await _stack.SandboxAsync("/admin/bpp/catalog", cancellationToken))["catalogs"]!.DeepClone().AsArray();
        foreach (var catalogue in catalogues)
        {
            foreach (var item in catalogue!["beckn:items"]!.AsArray().Where(_ => _dice.Next(2) == 0))
                item!["beckn:itemAttributes"]!["beckn:gridParameters"]![_dice.Next(2) == 0 ? "renewableMix" : "gridZone"] = new JsonArray();
            foreach (var offer in (catalogue["beckn:offers"]?.AsArray() ?? []).Where(_ => _dice.Next(2) == 0))
                offer!["beckn:price"] = new JsonObject { ["value"] = 1, ["currency"] = new string('x', 300) };
        }

        (await _stack.Sandbox.PutAsJsonAsync("/admin/bpp/catalog", new JsonObject { ["catalogs"] = catalogues }, cancellationToken)).EnsureSuccessStatusCode();
        await Task.Delay(Frozen, cancellationToken);
        (await _stack.Sandbox.DeleteAsync("/admin/bpp/catalog", cancellationToken)).EnsureSuccessStatusCode();
    }

    /// <summary>The provider cancels in its own book and says so with an on_cancel that nobody asked for.</summary>
    private async Task ProviderCancelsAsync(CancellationToken cancellationToken)
    {
        foreach (var (order, transaction) in await BookingsAsync(3, cancellationToken))
        {
            var message = new JsonObject
            {
                ["context"] = Context("cancel", transaction),
                ["message"] = new JsonObject { ["order"] = new JsonObject { ["beckn:id"] = order } },
            };
            using var answer = await _stack.AskProviderAsync("cancel", message, cancellationToken);
            _tally.Count(answer.IsSuccessStatusCode ? "bookings cancelled by the provider" : "cancellations that the provider did not take");
        }
    }

    private async Task ProviderUpdatesAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, transaction) in await BookingsAsync(3, cancellationToken))
        {
            var update = new JsonObject
            {
                ["context"] = Context("on_update", transaction),
                ["message"] = JsonNode.Parse("""{"order":{"beckn:orderAttributes":{"beckn:updateReason":"carbon_intensity_spike"},"beckn:orderItems":[{"beckn:orderItemAttributes":{"beckn:gridParameters":{"carbonIntensity":300}}}]}}"""),
            };
            using var answer = await _stack.CallBackAsync("on_update", update, cancellationToken);
            _tally.Count(answer.IsSuccessStatusCode ? "updates of the provider taken" : "updates of the provider refused");
        }
    }

    private Task<List<(string Order, Guid Transaction)>> BookingsAsync(int count, CancellationToken cancellationToken) => _stack.QueryAsync(
        """
        SELECT o.order_id, o.transaction_id FROM beckn_orders o JOIN compute_workloads w ON w.id = o.workload_id
        WHERE o.state = 'confirmed' AND w.status IN ('scheduled', 'pending_user_choice') ORDER BY md5(o.order_id || $2) LIMIT $1
        """,
        row => (row.GetString(0), row.GetGuid(1)),
        cancellationToken,
        count,
        _dice.Next().ToString());

    private JsonObject Context(string action, Guid transaction) => new()
    {
        ["version"] = "2.0.0",
        ["action"] = action,
        ["domain"] = "beckn.one:DEG:compute-energy:1.0",
        ["timestamp"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        ["message_id"] = Guid.NewGuid().ToString(),
        ["transaction_id"] = transaction.ToString(),
        ["bap_id"] = "ev-charging.sandbox1.com",
        ["bap_uri"] = new Uri(_stack.Gateway.BaseAddress!, "beckn").AbsoluteUri,
        ["bpp_id"] = "sandbox.pylon.local",
        ["bpp_uri"] = new Uri(_stack.Sandbox.BaseAddress!, "bpp").AbsoluteUri,
        ["ttl"] = "PT30S",
    };
}
