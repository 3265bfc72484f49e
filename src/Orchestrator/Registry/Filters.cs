using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Registry;

/// <summary>What the lists filter by; null for a filter that is not given.</summary>
internal static class Filters
{
    public static Condition? Operator(string id) => Field.OptionalUuid(id, "operator_id") is { } known ? new("operator_id = $?", known) : null;

    public static Condition? Region(bool isGiven, int region) => isGiven ? new("region_id = $?", Values.Region(region)) : null;

    public static Condition? Active(bool isGiven, bool isActive) => isGiven ? new("is_active = $?", isActive) : null;

    public static Condition? Email(string address) => address.Length == 0 ? null : new("lower(email) = lower($?)", Field.Email(address, "user_email"));

    public static Condition? Source(RecordSource source) =>
        Field.Known(source, "source") == RecordSource.Unspecified ? null : new("source = $?", source.ToString().ToLowerInvariant());

    /// <param name="column">It has the words of the enum.</param>
    /// <param name="value">Of an enum; unspecified is no filter.</param>
    /// <param name="word">From the value to the column's word, which refuses what it does not know.</param>
    public static Condition? Word<T>(string column, T value, Func<T, object> word)
        where T : struct, Enum => EqualityComparer<T>.Default.Equals(value, default) ? null : new($"{column} = $?", word(value));
}
