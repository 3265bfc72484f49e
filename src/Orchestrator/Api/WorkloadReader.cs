using Npgsql;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Api;

/// <summary>Reads a workload with its options and its batch run in one round trip.</summary>
internal sealed class WorkloadReader(NpgsqlDataSource database, WorkloadStore workloads, RunStore runs)
{
    /// <summary>Null when no row exists or the row cannot be read.</summary>
    public async Task<Workload?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        foreach (var statement in WorkloadStore.Reading(id).Append(RunStore.Reading(id)))
            batch.BatchCommands.Add(statement);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await workloads.ReadAsync(reader, cancellationToken) is not { } found)
            return null;
        await reader.NextResultAsync(cancellationToken);
        var run = await runs.ReadAsync(reader, cancellationToken);
        return WorkloadMapping.ToProto(found.Workload, found.Options, MayRun(found.Workload) ? run : null);
    }

    /// <summary>False for a workload without a choice.</summary>
    public static bool MayRun(WorkloadRecord record) => record.ChosenOption is not null;
}
