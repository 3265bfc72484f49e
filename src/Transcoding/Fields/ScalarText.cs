using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Fields;

/// <summary>
/// The value of a field, read from its text in a path, a query, or a JSON string or number. For an invalid text
/// <c>Problem</c> says what is allowed.
/// </summary>
internal readonly record struct ScalarText(object? Value, string? Problem)
{
    public static ScalarText Parse(FieldDescriptor field, string text) => field.FieldType switch
    {
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => Integer(text, int.MinValue, int.MaxValue, value => (int)value),
        FieldType.UInt32 or FieldType.Fixed32 => Integer(text, uint.MinValue, uint.MaxValue, value => (uint)value),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Integer(text, long.MinValue, long.MaxValue, value => (long)value),
        FieldType.UInt64 or FieldType.Fixed64 => Integer(text, ulong.MinValue, ulong.MaxValue, value => (ulong)value),
        FieldType.Double => Real(text, double.MaxValue, value => value),
        FieldType.Float => Real(text, float.MaxValue, value => (float)value),
        FieldType.Bool => Bool(text),
        FieldType.String => new(text, null),
        FieldType.Bytes => Bytes(text),
        FieldType.Enum => Enum(field.EnumType, text),
        FieldType.Message => WellKnown.Parse(field.MessageType, text),
        _ => Wrong("cannot be given"),
    };

    /// <summary>
    /// Reads the name of a value in the contract (<c>STATUS_QUEUED</c>), its number, or its short name (<c>queued</c>).
    /// </summary>
    public static ScalarText Enum(EnumDescriptor type, string text)
    {
        if (type.FindValueByName(text) is { } exact)
            return new(exact.Number, null);
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return type.FindValueByNumber(number) is null ? Wrong($"{number} is not a value of {type.Name}") : new(number, null);
        // By convention the names of the values begin with the name of the type: WORKLOAD_STATUS_ for WorkloadStatus.
        var prefix = JsonNamingPolicy.SnakeCaseUpper.ConvertName(type.Name) + "_";
        foreach (var value in type.Values)
        {
            if (value.Number != 0 && value.Name.StartsWith(prefix, StringComparison.Ordinal) && value.Name[prefix.Length..].Equals(text, StringComparison.OrdinalIgnoreCase))
                return new(value.Number, null);
        }

        return Wrong($"must be one of {string.Join(", ", type.Values.Where(value => value.Number != 0).Select(value => value.Name))}");
    }

    /// <summary>A problem instead of a value.</summary>
    public static ScalarText Wrong(string description) => new(null, description);

    private static ScalarText Integer(string text, decimal min, decimal max, Func<decimal, object> convert)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out var value))
        {
            // Too large for a decimal is still a number.
            return double.TryParse(text, Styles, CultureInfo.InvariantCulture, out _) ? OutOfRange() : Wrong("must be an integer");
        }

        if (decimal.Truncate(value) != value)
            return Wrong("must be an integer");
        return value < min || value > max ? OutOfRange() : new(convert(value), null);

        ScalarText OutOfRange() => Wrong($"must be an integer from {min} to {max}");
    }

    private static ScalarText Real(string text, double max, Func<double, object> convert)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        switch (text)
        {
            case "NaN": return new(convert(double.NaN), null);
            case "Infinity": return new(convert(double.PositiveInfinity), null);
            case "-Infinity": return new(convert(double.NegativeInfinity), null);
        }

        if (!double.TryParse(text, Styles, CultureInfo.InvariantCulture, out var value) || double.IsNaN(value) || text.Contains('∞', StringComparison.Ordinal))
            return Wrong("must be a number");
        return Math.Abs(value) > max ? Wrong("is out of range") : new(convert(value), null);
    }

    private static ScalarText Bool(string text) => text switch
    {
        "true" or "True" or "TRUE" or "1" => new(true, null),
        "false" or "False" or "FALSE" or "0" => new(false, null),
        _ => Wrong("must be true or false"),
    };

    private static ScalarText Bytes(string text)
    {
        var standard = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        standard = standard.PadRight((standard.Length + 3) / 4 * 4, '=');
        var bytes = new byte[standard.Length];
        return Convert.TryFromBase64String(standard, bytes, out var length) && !text.Any(char.IsWhiteSpace)
            ? new(ByteString.CopyFrom(bytes, 0, length), null)
            : Wrong("must be base64");
    }
}
