using Pylon.Bench.Soak;

namespace Pylon.Bench.Faults;

/// <summary>Each acknowledged operation is there, once: in the store, in the state, in the sums, and in what other services made of it.</summary>
internal static class OperationChecks
{
    private const string Reports =
        "SELECT batch_id, count(*), count(DISTINCT entity_id) FROM conductor.phase_reports WHERE batch_id = ANY ($1) GROUP BY 1";

    // What the Conductor published, as Insights has counted it: parts and their energy, 1 kWh each.
    private const string Followed = "SELECT batch_id, completed, coalesce(told_kwh, 0) FROM insights.batch_phases WHERE batch_id = ANY ($1)";

    private const string Events =
        """
        SELECT (SELECT count(*) FROM insights.events_normalized WHERE supplier_id = $1),
               (SELECT coalesce(sum(r.events), 0) FROM insights.hourly_rollups r JOIN insights.entities e ON e.entity_ref = r.entity_ref WHERE e.entity = $1),
               (SELECT coalesce(sum(r.reported_kg), 0) FROM insights.hourly_rollups r JOIN insights.entities e ON e.entity_ref = r.entity_ref WHERE e.entity = $1)
        """;

    public static async Task<IReadOnlyList<SoakFinding>> RunAsync(SoakStack stack, OperationLoad load, Func<string, CancellationToken, Task<(long Completed, double Energy)>> state, CancellationToken cancellationToken)
    {
        string[] batches = [.. load.Reported.Keys];
        var rows = await stack.QueryAsync(Reports, row => (Batch: row.GetString(0), Rows: row.GetInt64(1), Entities: row.GetInt64(2)), cancellationToken, (object)batches);
        var followed = await stack.QueryAsync(Followed, row => (Batch: row.GetString(0), Completed: row.GetInt64(1), Energy: row.GetDouble(2)), cancellationToken, (object)batches);
        var wrong = new List<string>();
        foreach (var (batch, reported) in load.Reported)
        {
            var stored = rows.FirstOrDefault(row => row.Batch == batch);
            var (completed, energy) = await state(batch, cancellationToken);
            var seen = followed.FirstOrDefault(row => row.Batch == batch);
            if ((stored.Rows, stored.Entities, completed, energy) != (reported, reported, reported, reported))
                wrong.Add($"{batch}: {reported} acknowledged, {stored.Rows} stored, {completed} completed with {energy} kWh");
            else if ((seen.Completed, seen.Energy) != (reported, reported))
                wrong.Add($"{batch}: {reported} acknowledged, Insights has {seen.Completed} with {seen.Energy} kWh");
        }

        var (kept, counted, kg) = (await stack.QueryAsync(Events, row => (row.GetInt64(0), row.GetInt64(1), row.GetDouble(2)), cancellationToken, load.Supplier))[0];
        return
        [
            Of("every acknowledged report counts once, in the Conductor and in Insights", wrong),
            Of("every acknowledged event counts once, in its row and in its hour", (kept, counted, kg) == (load.Recorded, load.Recorded, load.Recorded) ? [] : [$"{load.Recorded} acknowledged, {kept} stored, {counted} counted with {kg} kg"]),
        ];
    }

    private static SoakFinding Of(string check, IReadOnlyList<string> wrong) => new(check, wrong.Count == 0 ? "so" : string.Join(" | ", wrong.Take(3)), wrong.Count == 0);
}
