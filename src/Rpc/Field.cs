using System.Numerics;
using System.Text;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

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

    /// <summary>
    /// Trimmed; lengths count Unicode code points after trimming. Control characters other than line breaks and tabs are
    /// refused, and, where a text is required, one of which nothing can be seen.
    /// </summary>
    public static string Text(string value, string name, int min, int max)
    {
        var text = value.Trim();
        var length = text.EnumerateRunes().Count();
        if (length < min || length > max)
            throw Invalid(name, min == 0 ? $"must have at most {max} characters" : $"must have {min} to {max} characters");
        if (min > 0 && !text.EnumerateRunes().Any(IsVisible))
            throw Invalid(name, "must have a character that can be seen");
        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            throw Invalid(name, "must not contain control characters");
        return text;
    }

    /// <summary>True for at most so many Unicode code points, as PostgreSQL counts them too.</summary>
    public static bool Fits(string text, int max) => text.Length <= max || text.EnumerateRunes().Take(max + 1).Count() <= max;

    /// <summary>An e-mail address of at most 254 characters: one @ with something before and after it, and no character that cannot be seen.</summary>
    public static string Email(string value, string name)
    {
        var email = Text(value, name, 0, 254);
        return email.Split('@') is [{ Length: > 0 }, { Length: > 0 }] && email.EnumerateRunes().All(IsVisible) && !value.Any(char.IsControl)
            ? email
            : throw Invalid(name, "must be an e-mail address");
    }

    /// <summary>False for control characters, spaces of all kinds, zero-width characters and fillers.</summary>
    public static bool IsVisible(Rune character) => character.Value is not (
        <= 0x20 or (>= 0x7F and <= 0xA0) or 0xAD or 0x34F or 0x61C or 0x115F or 0x1160 or 0x1680 or 0x17B4 or 0x17B5
        or (>= 0x180B and <= 0x180F) or (>= 0x2000 and <= 0x200F) or (>= 0x2028 and <= 0x202F) or (>= 0x205F and <= 0x206F)
        or 0x2800 or 0x3000 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or 0xFFA0 or (>= 0xFFF0 and <= 0xFFFB)
        or (>= 0xE0000 and <= 0xE0FFF));

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

    /// <summary>From 1970 to 2199; null when absent.</summary>
    public static DateTimeOffset? OptionalTime(Timestamp? value, string name)
    {
        if (value is null)
            return null;
        return value.Seconds is >= 0 and < 7_258_118_400 && value.Nanos is >= 0 and < 1_000_000_000
            ? value.ToDateTimeOffset()
            : throw Invalid(name, "must be a time from 1970 to 2199");
    }

    /// <summary>1 to 500; 50 when absent.</summary>
    public static int PageSize(int value, string name = "page_size") =>
        value == 0 ? DefaultPageSize : Range(value, name, 1, MaxPageSize);

    private static RefusalException Invalid(string name, string rule) => Refusal.InvalidArgument(name, rule).AsException();
}
