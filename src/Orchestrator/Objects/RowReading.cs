using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Objects;

/// <summary>Columns as the fields of messages have them: NULL is empty or absent.</summary>
internal static class RowReading
{
    public static string Id(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetGuid(column).ToString();

    public static string Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);

    public static T Word<T>(this NpgsqlDataReader row, int column)
        where T : struct, System.Enum => row.IsDBNull(column) ? default : EnumName.Parse<T>(row.GetString(column));

    public static RecordSource Source(this NpgsqlDataReader row, int column) =>
        row.GetString(column) == "synthetic" ? RecordSource.Synthetic : RecordSource.User;

    public static Timestamp? Time(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : Timestamp.FromDateTime(row.GetDateTime(column));

    /// <summary>Absent for an object without fields.</summary>
    public static Struct? Json(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) || row.GetString(column) is not { Length: > 2 } json ? null : JsonParser.Default.Parse<Struct>(json);

    /// <summary>Sets a number that is there.</summary>
    public static void Number(this NpgsqlDataReader row, int column, Action<double> set)
    {
        if (!row.IsDBNull(column))
            set(row.GetDouble(column));
    }

    public static void Region(this NpgsqlDataReader row, int column, Action<int> set)
    {
        if (!row.IsDBNull(column))
            set(row.GetInt16(column));
    }
}
