using System.Text.RegularExpressions;
using Npgsql;
using Pylon.Events.V1;
using StackExchange.Redis;

namespace Pylon.Bench.Soak;

/// <summary>One thing that must hold when the stack is quiet.</summary>
/// <param name="Check">In words.</param>
/// <param name="Found">What was found.</param>
/// <param name="Holds">False when it is not as it must be.</param>
internal sealed record SoakFinding(string Check, string Found, bool Holds);

/// <summary>
/// What must hold after the load. A workload is terminal when nothing more happens to it without the user: failed with its
/// dead letter, cancelled, waiting for a choice (nobody chose, or its option was refused or cancelled by the provider), or
/// scheduled with a batch run that has ended.
/// </summary>
internal sealed partial class SoakChecks(SoakStack stack, SoakTally tally)
{
    private const int Shown = 3;
    private const int Shards = 32;

    private const string NotTerminal =
        """
        SELECT w.status || coalesce(' with a run ' || r.state, '') FROM compute_workloads w LEFT JOIN workload_runs r ON r.workload_id = w.id
        WHERE NOT (w.status IN ('failed', 'cancelled', 'pending_user_choice') OR (w.status = 'scheduled' AND r.state IN ('completed', 'failed', 'cancelled')))
        """;

    private const string Leases =
        "SELECT 'workload ' || id FROM compute_workloads WHERE lease_owner IS NOT NULL UNION ALL SELECT 'run ' || workload_id FROM workload_runs WHERE lease_owner IS NOT NULL";

    private const string Unpublished =
        """
        SELECT 'orchestrator ' || type FROM orchestrator.outbox WHERE published_at IS NULL
        UNION ALL SELECT 'ingestion ' || type FROM ingestion.outbox WHERE published_at IS NULL
        UNION ALL SELECT 'conductor report' FROM conductor.phase_reports WHERE settled_at IS NULL
        UNION ALL SELECT 'conductor definition' FROM conductor.definitions WHERE settled_at IS NULL
        """;

    private const string ChoicesWithoutOutcome =
        """
        SELECT status FROM compute_workloads
        WHERE id = ANY ($1) AND NOT (status IN ('scheduled', 'failed', 'cancelled') OR (status = 'pending_user_choice' AND failure_reason IS NOT NULL))
        """;

    private const string KnownOrders =
        "SELECT o.order_id, o.state, w.status, w.chosen_option IS NULL OR r.rank = w.chosen_option FROM beckn_orders o JOIN compute_workloads w ON w.id = o.workload_id LEFT JOIN workload_recommendations r ON r.order_id = o.order_id";

    private static readonly (string Topic, string Group)[] Groups =
    [
        ("batches", "orchestrator"), ("phases", "conductor"), ("huleedu.batch.spellcheck.phase.completed.v1", "conductor"),
        ("huleedu.batch.nlp.phase.completed.v1", "conductor"), ("huleedu.cj_assessment.completed.v1", "conductor"),
    ];

    public async Task<IReadOnlyList<SoakFinding>> RunAsync(CancellationToken cancellationToken) =>
    [
        await NoneAsync("every workload is terminal", NotTerminal, cancellationToken),
        await SubmittedAsync(cancellationToken),
        await NoneAsync("every accepted choice has an outcome", ChoicesWithoutOutcome, cancellationToken, tally.Chosen.ToArray()),
        await NoneAsync("every accepted cancellation is cancelled, or failed with a dead letter", "SELECT status FROM compute_workloads WHERE id = ANY ($1) AND status NOT IN ('cancelled', 'failed')", cancellationToken, tally.Cancelled.ToArray()),
        await NoneAsync("no lease is held", Leases, cancellationToken),
        await OrdersAsync(cancellationToken),
        await NoneAsync("nothing is unpublished", Unpublished, cancellationToken),
        await OutboxesAsync(),
        await GroupsAsync(cancellationToken),
        await DeadLettersAsync(cancellationToken),
        await RefusedEventsAsync(cancellationToken),
        await NoneAsync("no batch run failed", "SELECT failure_reason FROM workload_runs WHERE state = 'failed'", cancellationToken),
        await HealthAsync(cancellationToken),
        Of("nothing went otherwise while the load ran", [.. tally.Problems]),
    ];

    private static SoakFinding Of(string check, IReadOnlyList<string> wrong) => new(
        check,
        wrong.Count == 0 ? "so" : $"{wrong.Count}: {string.Join(" | ", wrong.CountBy(w => w).OrderByDescending(w => w.Value).Take(Shown).Select(w => w.Value > 1 ? $"{w.Value}× {w.Key}" : w.Key))}",
        wrong.Count == 0);

    private async Task<SoakFinding> NoneAsync(string check, string wrong, CancellationToken cancellationToken, params object[] parameters) =>
        Of(check, await stack.QueryAsync(wrong, row => row.IsDBNull(0) ? "" : row.GetString(0), cancellationToken, parameters));

    private async Task<SoakFinding> SubmittedAsync(CancellationToken cancellationToken)
    {
        var known = (await stack.QueryAsync("SELECT id FROM compute_workloads", row => row.GetGuid(0), cancellationToken)).ToHashSet();
        return Of("every accepted workload is there", [.. tally.Submitted.Where(id => !known.Contains(id)).Select(id => $"workload {id} is lost")]);
    }

    /// <summary>What the provider holds is held by a workload that knows of it, once.</summary>
    private async Task<SoakFinding> OrdersAsync(CancellationToken cancellationToken)
    {
        var known = (await stack.QueryAsync(
            KnownOrders, row => (Id: row.GetString(0), State: row.GetString(1), Status: row.GetString(2), IsChosen: !row.IsDBNull(3) && row.GetBoolean(3)), cancellationToken)).ToDictionary(o => o.Id);
        var held = (await stack.SandboxAsync("/admin/bpp/orders?state=CONFIRMED", cancellationToken))["orders"]!.AsArray();
        return Of("no order is confirmed at the provider without its workload", [.. held.Select(order => Wrong((string)order!["id"]!, (int)order["bookings"]!)).OfType<string>()]);

        string? Wrong(string id, int bookings) =>
            bookings > 1 ? "booked more than once"
            : !known.TryGetValue(id, out var order) ? "unknown"
            : order is { State: "confirmed", Status: "scheduled", IsChosen: true } or { State: "confirmed", Status: "pending_user_choice" } ? null
            // A workload that failed says so in its dead letter, and its replay or cancellation goes on with the order.
            : order is { State: "confirmed" or "pending", Status: "failed" } ? null
            : $"{order.State} of a workload that is {order.Status}{(order.IsChosen ? "" : ", not the chosen option")}";
    }

    private async Task<SoakFinding> OutboxesAsync()
    {
        var database = stack.RedisConnection.GetDatabase();
        var left = await Task.WhenAll(Enumerable.Range(0, Shards).Select(async shard => (Shard: shard, Entries: await database.StreamLengthAsync($"pylon:{{conductor:{shard}}}:outbox"))));
        return Of("the Conductor's outboxes are empty", [.. left.Where(s => s.Entries > 0).Select(s => $"shard {s.Shard}: {s.Entries}")]);
    }

    private async Task<SoakFinding> GroupsAsync(CancellationToken cancellationToken)
    {
        var wrong = new List<string>();
        var database = stack.RedisConnection.GetDatabase();
        foreach (var (topic, group) in Groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var found = await database.KeyExistsAsync($"pylon:events:{topic}") ? (await database.StreamGroupInfoAsync($"pylon:events:{topic}")).FirstOrDefault(g => g.Name == group) : default;
            // Its lag is what Redis guesses after a restart.
            var isUnread = found.LastDeliveredId is { } last && (await database.StreamReadAsync($"pylon:events:{topic}", last, count: 1)).Length > 0;
            if (isUnread || found.PendingMessageCount > 0)
                wrong.Add($"{topic}: {(isUnread ? $"entries after {found.LastDeliveredId} are unread" : "all read")}, {found.PendingMessageCount} pending");
        }

        return Of("every consumer group has read everything", wrong);
    }

    /// <summary>A workload fails for what the provider was made to do, the loss of its book, or Ingestion that was killed; for nothing else.</summary>
    private async Task<SoakFinding> DeadLettersAsync(CancellationToken cancellationToken)
    {
        var open = await stack.QueryAsync(
            "SELECT d.reason, w.status FROM dead_letters d JOIN compute_workloads w ON w.id = d.workload_id WHERE d.replayed_at IS NULL", row => (Reason: row.GetString(0), Status: row.GetString(1)), cancellationToken);
        var failed = await stack.QueryAsync(
            "SELECT id::text FROM compute_workloads w WHERE status = 'failed' AND NOT EXISTS (SELECT FROM dead_letters d WHERE d.workload_id = w.id AND d.replayed_at IS NULL)", row => row.GetString(0), cancellationToken);
        var wrong = open.Where(d => d.Status != "failed" || !IsExplained(d.Reason)).Select(d => Id().Replace(d.Reason, "…")).Concat(failed.Select(_ => "failed without a dead letter")).ToList();
        var finding = Of("every failed workload is explained by a fault", wrong);
        return finding.Holds && open.Count > 0 ? finding with { Found = $"so; {open.Count}: {string.Join(" | ", open.CountBy(d => Id().Replace(d.Reason, "…")).Take(Shown).Select(d => $"{d.Value}× {d.Key}"))}" } : finding;
    }

    // The Sandbox keeps its book in memory: killed, it does not know a booking that is to be cancelled.
    private bool IsExplained(string reason) =>
        (reason.Contains("does not exist", StringComparison.Ordinal) && tally.Of("fault: sandbox killed") > 0)
        || (reason.StartsWith("the grid zones cannot be resolved", StringComparison.Ordinal) || reason.StartsWith("the regional grid data cannot be read", StringComparison.Ordinal)
            ? tally.Of("fault: ingestion killed") + tally.Of("fault: PostgreSQL killed") + tally.Of("fault: PostgreSQL restarted") + tally.Of("fault: PostgreSQL ends all connections") > 0
            : Provider().IsMatch(reason));

    /// <summary>Each malformed event became one dead letter of each service that reads its topic.</summary>
    private async Task<SoakFinding> RefusedEventsAsync(CancellationToken cancellationToken)
    {
        var wrong = new List<string>();
        foreach (var (topic, count) in await stack.QueryAsync("SELECT topic, count(*) FROM conductor.dead_letters GROUP BY 1", row => (row.GetString(0), row.GetInt64(1)), cancellationToken))
        {
            if (count > tally.Of($"malformed events on {topic}"))
                wrong.Add($"Conductor: {count} on {topic} of {tally.Of($"malformed events on {topic}")} malformed");
        }

        foreach (var (topic, readers) in new[] { ("phases", 1), ("batches", 2) })
        {
            var letters = await stack.RedisConnection.GetDatabase().StreamRangeAsync($"pylon:events:{topic}.DLQ");
            var each = letters.CountBy(letter => Event.Parser.ParseFrom((byte[])letter["event"]!).Source).Select(one => one.Value).ToList();
            var malformed = tally.Of(SoakFaults.Letters(topic));
            if (malformed > 0 && (each.Count != readers || each.Exists(count => count != malformed)))
                wrong.Add($"{topic}.DLQ: {string.Join(" and ", each)} of {malformed} malformed");
        }

        return Of("every malformed event is one dead letter of each service that reads it, and nothing else is", wrong);
    }

    private async Task<SoakFinding> HealthAsync(CancellationToken cancellationToken)
    {
        var wrong = stack.Services.Where(process => !process.IsRunning).Select(process => $"{process.Name} has ended").ToList();
        using var answer = await stack.Gateway.GetAsync("/health", cancellationToken);
        if (!answer.IsSuccessStatusCode)
            wrong.Add($"the Gateway's health is HTTP {(int)answer.StatusCode}");
        return Of("every process runs and is healthy", wrong);
    }

    [GeneratedRegex("^(discover|select|init|confirm|cancel): (refused with NACK|HTTP 5|HTTP 409|no response within|acknowledged, but no on_|not sent, because the circuit|.*business error on demand|Connection refused|An error occurred while sending|The response ended|neither an acknowledgement)|the provider refuses|business error on demand", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Provider();

    [GeneratedRegex("(order-)?[0-9a-f]{8}-[0-9a-f-]{27}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();
}
