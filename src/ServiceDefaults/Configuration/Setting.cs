using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Pylon.ServiceDefaults.Configuration;

/// <summary>The message about a wrong setting.</summary>
internal static class Setting
{
    private static readonly string[] SecretEndings = ["Key", "Password", "Secret", "Token", "ConnectionString"];

    public static string Wrong(string key, object? value, string rule) =>
        $"{SettingAliases.NameOf(key)}{Shown(key, value)}: {rule}";

    /// <summary>What a text must look like to become the key's value, which is of the type. A number cannot have come from the short name.</summary>
    public static string Shape(string key, Type type, string text)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(TimeSpan))
            return SettingAliases.TakesSeconds(key) && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "must be seconds, for example 10, or a duration hh:mm:ss" : "must be a duration hh:mm:ss, for example 00:00:10";
        if (type == typeof(bool))
            return "must be true or false";
        if (type == typeof(Uri))
            return "must be an absolute URL";
        if (type.IsEnum)
            return $"must be one of {string.Join(", ", Enum.GetNames(type))}";
        return type == typeof(double) || type == typeof(float) || type == typeof(decimal) ? "must be a number" : $"must be a whole number ({type.Name})";
    }

    public static string Rule(ValidationAttribute rule, ValidationResult result) => rule switch
    {
        // Some attributes have a default pattern ("The {0} field ..."), which does not name the setting.
        { ErrorMessage: { Length: > 0 } own } when !own.Contains("{0}", StringComparison.Ordinal) => own,
        RequiredAttribute => "is required",
        RangeAttribute range => $"must be from {Text(range.Minimum)} to {Text(range.Maximum)}",
        UrlAttribute => "must be an absolute http or https URL",
        StringLengthAttribute length => $"must have {length.MinimumLength} to {length.MaximumLength} characters",
        _ => result.ErrorMessage ?? "is not valid",
    };

    private static string Shown(string key, object? value)
    {
        if (value is null or "")
            return "";
        if (SecretEndings.Any(end => key.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
            return "=(hidden)";
        var text = Text(value);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0 ? "=" + text.Replace(uri.UserInfo, "(hidden)") : "=" + text;
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
