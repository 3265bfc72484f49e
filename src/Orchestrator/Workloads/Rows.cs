using System.Data;
using Dapper;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Reads rows into records by the names of their columns: <c>due_at</c> is read into DueAt.</summary>
internal static class Rows
{
    static Rows()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new JsonColumns.Texts());
        SqlMapper.AddTypeHandler(new JsonColumns.Alerts());
        SqlMapper.AddTypeHandler(new JsonColumns.Message<Infeasibility>());
        SqlMapper.AddTypeHandler(new JsonColumns.Message<Outcome>());
        SqlMapper.AddTypeHandler(new JsonColumns.Message<WorkOrder>());
        SqlMapper.AddTypeHandler(new JsonColumns.Message<Struct>());
        SqlMapper.AddTypeHandler(new JsonColumns.Message<ListValue>());
    }

    /// <summary>Reads all rows; with a logger, one that cannot be read is left out and logged.</summary>
    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlDataSource database, ILogger? logger, string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = database.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync<T>(reader, logger, cancellationToken);
    }

    /// <summary>The same as a tenant sees it.</summary>
    public static Task<List<T>> QueryAsync<T>(
        this TenantDatabase database, ILogger? logger, string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        database.ReadAsync([Sql.Statement(sql, parameters)], reader => ReadAsync<T>(reader, logger, cancellationToken), cancellationToken);

    /// <summary>A page of so many rows. Those that follow take the places of rows that cannot be read, so that these end no list.</summary>
    public static async Task<List<T>> PageAsync<T>(
        this TenantDatabase database, ILogger logger, int atMost, Func<int, NpgsqlBatchCommand> select, CancellationToken cancellationToken, Func<NpgsqlDataReader, T>? read = null)
    {
        for (var limit = atMost; ; limit *= 2)
        {
            var (rows, found) = await database.ReadAsync(
                [select(limit)], reader => ReadFoundAsync(reader, read ?? reader.GetRowParser<T>(), typeof(T).Name, logger, cancellationToken), cancellationToken);
            if (rows.Count >= atMost || found < limit)
                return [.. rows.Take(atMost)];
        }
    }

    public static Task<List<T>> ReadAsync<T>(NpgsqlDataReader reader, ILogger? logger, CancellationToken cancellationToken) =>
        ReadAsync(reader, reader.GetRowParser<T>(), typeof(T).Name, logger, cancellationToken);

    /// <summary>The same with a reading of one's own; <paramref name="kind"/> is the word for a row in the log.</summary>
    public static async Task<List<T>> ReadAsync<T>(
        NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, string kind, ILogger? logger, CancellationToken cancellationToken) =>
        (await ReadFoundAsync(reader, read, kind, logger, cancellationToken)).Rows;

    /// <summary>True when what a row holds cannot be read, false when the connection fails.</summary>
    public static bool IsAboutTheRow(Exception e) =>
        e is DataException or InvalidCastException or OverflowException or ArgumentException or FormatException
            or InvalidJsonException or InvalidProtocolBufferException or System.Text.Json.JsonException;

    private static async Task<(List<T> Rows, int Found)> ReadFoundAsync<T>(
        NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, string kind, ILogger? logger, CancellationToken cancellationToken)
    {
        var (rows, found) = (new List<T>(), 0);
        for (; await reader.ReadAsync(cancellationToken); found++)
        {
            try
            {
                rows.Add(read(reader));
            }
            catch (Exception e) when (logger is not null && IsAboutTheRow(e))
            {
                // The first column of every query is the id.
                logger.RowUnreadable(e, kind, reader.GetGuid(0));
            }
        }

        return (rows, found);
    }
}
