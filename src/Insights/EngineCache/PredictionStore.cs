using Npgsql;
using Pylon.Postgres;

namespace Pylon.Insights.EngineCache;

/// <summary>The table predictions.</summary>
internal sealed class PredictionStore(NpgsqlDataSource database)
{
    private const string FindAll = """
        SELECT ordinality::int - 1, predictions.co2_kg, predictions.confidence
        FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[])
             WITH ORDINALITY AS asked (kind, features_hash, factor_set, engine, model_version, ordinality)
        JOIN predictions USING (features_hash, kind, factor_set, engine, model_version)
        WHERE predictions.created_at > $6
        """;

    private const string InsertAll = """
        INSERT INTO predictions (kind, features_hash, features, factor_set, engine, model_version, co2_kg, confidence, created_at)
        SELECT kind, features_hash, features::jsonb, factor_set, engine, model_version, co2_kg, confidence, $9
        FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::numeric[])
             AS told (kind, features_hash, features, factor_set, engine, model_version, co2_kg, confidence)
        ON CONFLICT (features_hash, kind, factor_set, engine, model_version)
        DO UPDATE SET co2_kg = excluded.co2_kg, confidence = excluded.confidence, created_at = excluded.created_at
        """;

    private const string DeleteOld = """
        DELETE FROM predictions WHERE id IN (
            SELECT id FROM predictions WHERE created_at <= $1
            UNION ALL
            (SELECT id FROM predictions ORDER BY id DESC OFFSET $2)
            LIMIT $3)
        """;

    /// <summary>Those that are known and newer than <paramref name="since"/>, in one query.</summary>
    public async Task<IReadOnlyDictionary<PredictionKey, StoredPrediction>> FindAsync(
        IReadOnlyList<PredictionKey> keys, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var rows = await database.Command(
            FindAll,
            keys.Select(key => key.Kind).ToArray(), keys.Select(key => key.FeaturesHash).ToArray(), keys.Select(key => key.FactorSet).ToArray(),
            keys.Select(key => key.Engine).ToArray(), keys.Select(key => key.ModelVersion).ToArray(), Sql.Time(since))
            .ListAsync(row => (At: row.GetInt32(0), Kg: row.GetDecimal(1), Confidence: row.IsDBNull(2) ? (decimal?)null : row.GetDecimal(2)), cancellationToken);
        return rows.ToDictionary(row => keys[row.At], row => new StoredPrediction(keys[row.At], row.Kg, row.Confidence));
    }

    /// <param name="predictions">Each key once.</param>
    /// <param name="now">When they were made.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public Task PutAsync(IReadOnlyList<StoredPrediction> predictions, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // In one order, so that two callers do not wait for each other.
        predictions = [.. predictions.OrderBy(each => Convert.ToHexString(each.Key.FeaturesHash), StringComparer.Ordinal)];
        var keys = predictions.Select(each => each.Key).ToList();
        return database.ExecuteAsync(
            InsertAll, cancellationToken,
            keys.Select(key => key.Kind).ToArray(), keys.Select(key => key.FeaturesHash).ToArray(), keys.Select(key => key.Features).ToArray(),
            keys.Select(key => key.FactorSet).ToArray(), keys.Select(key => key.Engine).ToArray(), keys.Select(key => key.ModelVersion).ToArray(),
            predictions.Select(each => each.Co2Kg).ToArray(), predictions.Select(each => each.Confidence).ToArray(), Sql.Time(now));
    }

    /// <summary>Deletes what is old, and the oldest above a number of rows; at most <paramref name="atOnce"/> rows. How many there were.</summary>
    public Task<int> PurgeAsync(DateTimeOffset before, long mostRows, int atOnce, CancellationToken cancellationToken) =>
        database.ExecuteAsync(DeleteOld, cancellationToken, Sql.Time(before), mostRows, (long)atOnce);
}
