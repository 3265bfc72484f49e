using Google.Protobuf.WellKnownTypes;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Insights.Alerts;

/// <summary>The fields of requests about alerts: each returns the value or refuses, naming the field and what is allowed.</summary>
internal static class AlertFields
{
    public static readonly IReadOnlyList<string> Levels = ["info", "warn", "critical"];
    public static readonly IReadOnlyList<string> EntityTypes = ["supplier", "route", "factory", "warehouse", "data_centre", "region"];
    public static readonly IReadOnlyList<string> Causes = ["activity", "efficiency", "grid", "factor", "data"];

    private const int LongestUser = 200;
    private const int LongestNote = 2000;
    private const int MaxLimit = 100;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(366);

    /// <summary>One of the words; null when the field is empty.</summary>
    public static string? Word(string value, string name, IReadOnlyList<string> words) => value.Length == 0
        ? null
        : words.Contains(value, StringComparer.Ordinal)
            ? value
            : throw Refusal.InvalidArgument(name, $"must be {string.Join(", ", words.SkipLast(1))} or {words[^1]}").AsException();

    /// <summary>At most 200 characters; null when the field is empty.</summary>
    public static string? Name(string value, string name) => Field.Text(value, name, 0, LongestUser) is { Length: > 0 } text ? text : null;

    /// <summary>Who acts: at most 200 characters; may be empty.</summary>
    public static string User(string value) => Field.Text(value, "user_id", 0, LongestUser);

    /// <summary>At most 2000 characters.</summary>
    public static string Note(string value, string name, bool isRequired) => Field.Text(value, name, isRequired ? 1 : 0, LongestNote);

    /// <summary>1 to 100; the default when absent.</summary>
    public static int Limit(int value, int byDefault) => value == 0 ? byDefault : Field.Range(value, "limit", 1, MaxLimit);

    /// <summary>A time in the future, at most 366 days; null when absent.</summary>
    public static DateTimeOffset? Until(Timestamp? value, string name, DateTimeOffset now)
    {
        if (Field.OptionalTime(value, name) is not { } time)
            return null;
        return time > now && time <= now + LongestTime
            ? time
            : throw Refusal.InvalidArgument(name, "must be in the future, at most 366 days from now").AsException();
    }

    /// <summary>The same, and required.</summary>
    public static DateTimeOffset End(Timestamp? value, string name, DateTimeOffset now) =>
        Until(value, name, now) ?? throw Refusal.InvalidArgument(name, "is required: in the future, at most 366 days from now").AsException();
}
