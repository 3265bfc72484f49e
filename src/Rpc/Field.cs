using System.Numerics;

namespace Pylon.Rpc;

/// <summary>
/// The rules that request fields share: each returns the value in its right type or refuses with INVALID_ARGUMENT,
/// naming the field by its proto name. The value itself is never repeated back.
/// </summary>
public static class Field
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 500;

    public static Guid Uuid(string value, string name) =>
        Guid.TryParseExact(value, "D", out var id) ? id : throw Invalid(name, "must be a UUID");

    /// <summary>Null when the field is empty.</summary>
    public static Guid? OptionalUuid(string value, string name) => value.Length == 0 ? null : Uuid(value, name);

    /// <summary>Trimmed; lengths count after trimming. Control characters other than line breaks and tabs are refused.</summary>
    public static string Text(string value, string name, int min, int max)
    {
        var text = value.Trim();
        if (text.Length < min || text.Length > max)
        {
            throw Invalid(name, min == 0 ? $"must have at most {max} characters" : $"must have {min} to {max} characters");
        }

        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            throw Invalid(name, "must not contain control characters");
        return text;
    }

    public static T Range<T>(T value, string name, T min, T max)
        where T : INumber<T> =>
        value >= min && value <= max ? value : throw Invalid(name, $"must be from {min} to {max}");

    /// <summary>More than 0 and finite.</summary>
    public static T Positive<T>(T value, string name)
        where T : INumber<T> =>
        T.IsPositive(value) && !T.IsZero(value) && T.IsFinite(value) ? value : throw Invalid(name, "must be more than 0");

    /// <summary>A value that the proto names; a number that it does not is refused.</summary>
    public static T Known<T>(T value, string name)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw Invalid(name, "must be one of the values of its enum");

    /// <summary>1 to 500; 50 when absent.</summary>
    public static int PageSize(int value, string name = "page_size") =>
        value == 0 ? DefaultPageSize : Range(value, name, 1, MaxPageSize);

    private static RefusalException Invalid(string name, string rule) => Refusal.InvalidArgument(name, rule).AsException();
}
