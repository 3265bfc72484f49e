using System.Diagnostics;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// Workloads from queued to their three options, the first of them booked, with a backlog that is filled again before each
/// round. What a placement costs each process, PostgreSQL's log and its disk stands beside the rate. The peer makes the
/// claim and the whole offer and nothing else; the Orchestrator is frozen meanwhile.
/// </summary>
internal sealed class PlacementScenario(int backlog)
    : Scenario("placement", "workloads placed per second from a backlog (--backlog N), against pgbench with the claim and the whole offer")
{
    public const int DefaultBacklog = 10_000;
    private const int DefaultRounds = 3;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Publishing = TimeSpan.FromMinutes(20);

    private const string Queued = "SELECT count(*) FROM compute_workloads WHERE status = 'queued' AND NOT bpp_processed";

    private const string Placed = "SELECT count(*) FROM compute_workloads WHERE status = 'pending_user_choice'";

    // Looks at a few rows only.
    private const string Unpublished = "SELECT count(*) FROM (SELECT FROM outbox WHERE published_at IS NULL LIMIT 1000) o";

    private const string Submit =
        """
        INSERT INTO compute_workloads (workload_name, workload_type, urgency, required_gpu_mins, required_cpu_cores, required_memory_gb, estimated_energy_kwh, user_email)
        SELECT 'workload ' || n, 'TRAINING_RUN', 'LOW', 120, 16, 64, 40, 'user' || n % 100 || '@example.org' FROM generate_series(1, $1) n
        """;

    private const string Counters =
        """
        SELECT d.xact_commit::float8, pg_snapshot_xmax(pg_current_snapshot())::text::float8, w.wal_sync::float8, w.wal_bytes::float8
        FROM pg_stat_database d, pg_stat_wal w WHERE d.datname = current_database()
        """;

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var stack = await PlacementStack.StartAsync(run, cancellationToken);
        var peer = new PlacementPeer(stack);
        await FillAsync(stack, cancellationToken);
        var (before, start) = (await stack.CountAsync(Placed, cancellationToken), Stopwatch.GetTimestamp());
        await Task.Delay(WarmUp, cancellationToken);
        var first = (await stack.CountAsync(Placed, cancellationToken) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        run.Note($"In the {WarmUp.TotalSeconds:0} s after the start and the insertion of {backlog:#,0} workloads: {first:0} placed per second");
        await run.CompareAsync(
            $"a backlog of {backlog:#,0} workloads",
            "placements",
            [
                new("pgbench, claim and offer", token => peer.RunAsync(token)) { IsPeer = true, PrepareAsync = token => FillAsync(stack, token) },
                new("Orchestrator", token => PlaceAsync(stack, token))
                {
                    PrepareAsync = async token =>
                    {
                        await FillAsync(stack, token);
                        await PublishedAsync(stack, token);
                    },
                    Parts = [.. stack.Processes.Select(p => (p.Name, p.Process.Pid))],
                    Bar = new Bar("≥ 300/s, ≤ 6 commits, ≤ 3 fsyncs", (own, _) => own.Rate >= 300 && own.More["commits"] <= 6 && own.More["fsyncs"] <= 3),
                },
            ],
            cancellationToken,
            DefaultRounds);
        var (sent, doubled) = (await stack.CountAsync("SELECT count(*) FROM beckn_orders WHERE state = 'confirmed'", cancellationToken), await stack.CountAsync(
            "SELECT count(*) FROM (SELECT FROM beckn_orders WHERE state IN ('pending', 'confirmed') GROUP BY workload_id HAVING count(*) > 1) d", cancellationToken));
        run.Note($"{sent:#,0} orders are confirmed, {doubled} workloads have two; failed: {await stack.CountAsync("SELECT count(*) FROM dead_letters", cancellationToken)}");
    }

    /// <summary>As many as were placed are submitted.</summary>
    private async Task FillAsync(PlacementStack stack, CancellationToken cancellationToken)
    {
        var missing = backlog - await stack.CountAsync(Queued, cancellationToken);
        if (missing <= 0)
            return;
        await using var submit = stack.Database.CreateCommand(Submit);
        submit.Parameters.Add(new() { Value = (int)missing });
        await submit.ExecuteNonQueryAsync(cancellationToken);
        await using var analyze = stack.Database.CreateCommand("ANALYZE compute_workloads");
        await analyze.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Waits until the relay has published the events of the insertion, one of each workload: they are no part of a placement.</summary>
    private static async Task PublishedAsync(PlacementStack stack, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Publishing);
        while (await stack.CountAsync(Unpublished, late.Token) >= 1000)
            await Task.Delay(TimeSpan.FromMilliseconds(250), late.Token);
    }

    private static async Task<Work> PlaceAsync(PlacementStack stack, CancellationToken cancellationToken)
    {
        var (placed, counters) = (await stack.CountAsync(Placed, cancellationToken), await CountersAsync(stack, cancellationToken));
        await Task.Delay(Round, cancellationToken);
        var done = await stack.CountAsync(Placed, cancellationToken) - placed;
        if (done == 0)
            throw new StackException($"nothing is placed; see {stack.Orchestrator.LogFile}");
        var each = (await CountersAsync(stack, cancellationToken)).Zip(counters, (after, before) => (after - before) / done).ToArray();
        return new Work(done)
        {
            More = new Dictionary<string, double> { ["transactions"] = each[0], ["commits"] = each[1], ["fsyncs"] = each[2], ["WAL KB"] = each[3] / 1000 },
        };
    }

    private static async Task<double[]> CountersAsync(PlacementStack stack, CancellationToken cancellationToken)
    {
        await using var command = stack.Database.CreateCommand(Counters);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return [row.GetDouble(0), row.GetDouble(1), row.GetDouble(2), row.GetDouble(3)];
    }
}
