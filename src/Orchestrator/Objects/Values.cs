using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Postgres;
using Pylon.Rpc;
using Enum = System.Enum;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Objects;

/// <summary>The rules of values that several kinds share, as the CHECKs of the tables have them.</summary>
internal static class Values
{
    private const int LongestJson = 16 * 1024;
    private const int DeepestJson = 32;

    public static object Name(string text, string field, int longest = 200) => Field.Text(text, field, 1, longest);

    public static object Text(string text, string field, int longest) => Field.Text(text, field, 0, longest);

    public static object Region(int region) => (short)Field.Range(region, "region_id", 1, 17);

    /// <summary>Finite and not below zero.</summary>
    public static object Amount(double value, string field) =>
        double.IsFinite(value) && value >= 0 ? value : throw Refusal.InvalidArgument(field, "must be 0 or more").AsException();

    public static object Percentage(double value, string field) => Field.Range(value, field, 0, 100);

    /// <summary>DataCentreStatus.Active is ACTIVE.</summary>
    public static object Upper<T>(T value, string field)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(Field.Known(value, field).ToString());

    public static object Time(Timestamp time, string field)
    {
        // As is_time in the migrations.
        const long From = 946_684_800;
        const long To = 7_258_118_400;
        return time.Seconds is >= From and < To && time.Nanos is >= 0 and < 1_000_000_000
            ? time.ToDateTimeOffset()
            : throw Refusal.InvalidArgument(field, "must be a time from 2000 to 2199").AsException();
    }

    /// <summary>A JSON object that the database can keep.</summary>
    public static object Json(Struct value, string field)
    {
        if (!IsStorable(Value.ForStruct(value), DeepestJson))
            throw Refusal.InvalidArgument(field, $"must have finite numbers, no empty name, no character U+0000 and at most {DeepestJson} levels").AsException();
        var json = JsonFormatter.Default.Format(value);
        return json.Length <= LongestJson ? Sql.Json(json) : throw Refusal.InvalidArgument(field, $"must be at most {LongestJson} characters of JSON").AsException();
    }

    private static bool IsStorable(Value value, int levels) => levels > 0 && value.KindCase switch
    {
        Value.KindOneofCase.NumberValue => double.IsFinite(value.NumberValue),
        Value.KindOneofCase.StringValue => IsStorable(value.StringValue),
        Value.KindOneofCase.StructValue => value.StructValue.Fields.All(one => one.Key.Length > 0 && IsStorable(one.Key) && IsStorable(one.Value, levels - 1)),
        Value.KindOneofCase.ListValue => value.ListValue.Values.All(one => IsStorable(one, levels - 1)),
        Value.KindOneofCase.None => false,
        _ => true,
    };

    private static bool IsStorable(string text) => !text.Contains('\0', StringComparison.Ordinal);
}
