using Npgsql;
using Pylon.Postgres;

namespace Pylon.Orchestrator.World;

/// <summary>The rows of the synthetic world. Every one has the source synthetic; what has another is never touched.</summary>
internal sealed class SyntheticWorldStore(NpgsqlDataSource database)
{
    // Making and removing the world take turns, whichever instances do it.
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtext('pylon.synthetic_world'))";

    private const string Find = "SELECT seed, removed_at IS NULL FROM synthetic_world";

    private const string Begin =
        """
        INSERT INTO synthetic_world (seed) VALUES ($1)
        ON CONFLICT (is_one) DO UPDATE SET seed = excluded.seed, created_at = now(), removed_at = NULL WHERE synthetic_world.removed_at IS NOT NULL
        """;

    // What a user has under the same name stays, and the world goes without.
    private const string AddOperator =
        "INSERT INTO operators (id, name, operator_type, source) VALUES ($1, $2, 'COMPUTE_OPERATOR', 'synthetic') ON CONFLICT DO NOTHING";

    private const string AddUser =
        """
        INSERT INTO users (id, email, user_name, operator_id, source)
        VALUES ($1, $2, 'Synthetic user', (SELECT id FROM operators WHERE id = $3), 'synthetic')
        ON CONFLICT DO NOTHING
        """;

    private const string AddDataCentre =
        """
        INSERT INTO data_centres (id, dc_id, name, operator_id, region_id, location_region, pue, total_capacity_teraflops, flexibility_rating, source)
        VALUES ($1, $2, $3, (SELECT id FROM operators WHERE id = $4), $5, $6, $7, $8, $9, 'synthetic')
        ON CONFLICT DO NOTHING
        """;

    private const string RemoveOldest =
        """
        DELETE FROM compute_workloads WHERE source = 'synthetic' AND id IN (
            SELECT id FROM compute_workloads WHERE source = 'synthetic' ORDER BY submitted_at DESC, id DESC OFFSET $1)
        """;

    // Under a world that is removed at the same moment nothing is added: the row of the world is locked until the commit.
    private const string AddWorkload =
        """
        WITH world AS (SELECT FROM synthetic_world WHERE seed = $1 AND removed_at IS NULL FOR SHARE)
        INSERT INTO compute_workloads (id, job_id, workload_name, workload_type, urgency, required_gpu_mins, estimated_energy_kwh,
            carbon_cap_gco2, max_price_gbp, deadline, deferral_window_mins, operator_id, host_dc_id, user_email, source)
        SELECT $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + $11, $12,
            (SELECT id FROM operators WHERE id = $13), (SELECT id FROM data_centres WHERE id = $14),
            (SELECT email FROM users WHERE id = $15), 'synthetic'
        FROM world
        ON CONFLICT DO NOTHING
        """;

    // The trigger makes a new row due at once.
    private const string Defer = "UPDATE compute_workloads SET due_at = now() + $2 WHERE id = $1";

    private const string Remove =
        """
        WITH workloads AS (DELETE FROM compute_workloads WHERE source = 'synthetic' RETURNING 1)
        SELECT count(*) FROM workloads
        """;

    private const string RemoveOthers =
        """
        WITH centres AS (DELETE FROM data_centres WHERE source = 'synthetic' RETURNING 1),
             assets AS (DELETE FROM storage_assets WHERE source = 'synthetic' RETURNING 1),
             programs AS (DELETE FROM agents WHERE source = 'synthetic' RETURNING 1),
             people AS (DELETE FROM users WHERE source = 'synthetic' RETURNING 1)
        SELECT (SELECT count(*) FROM centres) + (SELECT count(*) FROM assets) + (SELECT count(*) FROM programs) + (SELECT count(*) FROM people)
        """;

    private const string RemoveOperators = "WITH gone AS (DELETE FROM operators WHERE source = 'synthetic' RETURNING 1) SELECT count(*) FROM gone";

    private const string End = "UPDATE synthetic_world SET removed_at = now() WHERE removed_at IS NULL";

    /// <summary>The world that is or was there; null when there never was one.</summary>
    public async Task<(int Seed, bool IsThere)?> FindAsync(CancellationToken cancellationToken) =>
        (await database.Command(Find).ListAsync(row => ((int, bool)?)(row.GetInt32(0), row.GetBoolean(1)), cancellationToken)).FirstOrDefault();

    /// <summary>Makes what is missing of the world; returns how many rows. Null when a world of another seed is there.</summary>
    public async Task<long?> CreateAsync(int seed, SyntheticWorld world, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, Sql.Statement(Lock), cancellationToken);
        await RunAsync(connection, Sql.Statement(Begin, seed), cancellationToken);
        if (await CountAsync(connection, Find, cancellationToken) != seed)
            return null;
        long rows = await RunAsync(connection, Sql.Statement(AddOperator, world.OperatorId, SyntheticWorld.OperatorName), cancellationToken);
        rows += await RunAsync(connection, Sql.Statement(AddUser, world.UserId, SyntheticWorld.UserEmail, world.OperatorId), cancellationToken);
        foreach (var one in world.DataCentres)
        {
            rows += await RunAsync(
                connection,
                Sql.Statement(
                    AddDataCentre, one.Id, one.DcId, one.Name, world.OperatorId, one.RegionId, one.LocationRegion, one.Pue, one.TotalCapacityTeraflops, one.FlexibilityRating),
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return rows;
    }

    /// <summary>Removes every synthetic row and returns how many.</summary>
    public async Task<long> RemoveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, Sql.Statement(Lock), cancellationToken);
        // Waits for a workload that is being added, and none is added after it.
        await RunAsync(connection, Sql.Statement(End), cancellationToken);
        var rows = await CountAsync(connection, Remove, cancellationToken)
            + await CountAsync(connection, RemoveOthers, cancellationToken)
            + await CountAsync(connection, RemoveOperators, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows;
    }

    /// <summary>Adds a workload in the place of the oldest beyond the most; false when it is there already, or the world is not.</summary>
    /// <param name="seed">Of the world that it belongs to.</param>
    /// <param name="world">That world.</param>
    /// <param name="one">The workload.</param>
    /// <param name="isDeferred">It is taken up only after its deferral window.</param>
    /// <param name="most">Synthetic workloads at most.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<bool> AddAsync(int seed, SyntheticWorld world, SyntheticWorkload one, bool isDeferred, int most, CancellationToken cancellationToken)
    {
        var add = Sql.Statement(
            AddWorkload, seed, one.Id, one.JobId, $"Synthetic {one.Type}", one.Type, one.Urgency, one.RequiredGpuMins, one.EstimatedEnergyKwh,
            one.CarbonCapGco2, one.MaxPriceGbp, one.Deadline, one.DeferralWindowMins, world.OperatorId, one.HostDcId, world.UserId);
        List<NpgsqlBatchCommand> following = [Sql.Statement(RemoveOldest, most)];
        if (isDeferred)
            following.Add(Sql.Statement(Defer, one.Id, TimeSpan.FromMinutes(one.DeferralWindowMins)));
        return await database.ChangeAsync(add, following, cancellationToken);
    }

    private static async Task<int> RunAsync(NpgsqlConnection connection, NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
        return Math.Max(0, await batch.ExecuteNonQueryAsync(cancellationToken));
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken));
    }
}
