using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Pylon.ServiceDefaults.Configuration;

/// <summary>Says of each setting that breaks its rule: NAME=value: what would be right.</summary>
internal sealed class SettingsCheck<T>(string section) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var failures = Properties().SelectMany(property => Failures(property, options)).ToList();
        if (failures.Count == 0 && options is IValidatableObject whole)
        {
            failures.AddRange(whole.Validate(new ValidationContext(options)).Select(result => Whole(result, options)));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Before binding, whose own error is a stack trace: can each text become its property's type?</summary>
    public static void Convertible(IConfigurationSection section)
    {
        var failures = Properties()
            .Select(property => (property, text: section[property.Name]))
            .Where(setting => !string.IsNullOrEmpty(setting.text) && !Converts(setting.property.PropertyType, setting.text))
            .Select(setting => Setting.Wrong($"{section.Path}:{setting.property.Name}", setting.text, Setting.Shape($"{section.Path}:{setting.property.Name}", setting.property.PropertyType, setting.text!)))
            .ToList();
        if (failures.Count > 0)
            throw new OptionsValidationException(section.Path, typeof(T), failures);
    }

    private static IEnumerable<PropertyInfo> Properties() =>
        typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanRead && p.CanWrite && p.GetIndexParameters().Length == 0);

    private IEnumerable<string> Failures(PropertyInfo property, T options)
    {
        var value = property.GetValue(options);
        var context = new ValidationContext(options) { MemberName = property.Name };
        return property.GetCustomAttributes<ValidationAttribute>(inherit: true)
            .Select(rule => (rule, result: rule.GetValidationResult(value, context)))
            .Where(check => check.result is not null)
            .Select(check => Setting.Wrong($"{section}:{property.Name}", value, Setting.Rule(check.rule, check.result!)))
            .Take(1);
    }

    private string Whole(ValidationResult result, T options)
    {
        var member = result.MemberNames.FirstOrDefault();
        var key = member is null ? section : $"{section}:{member}";
        return Setting.Wrong(key, member is null ? null : typeof(T).GetProperty(member)?.GetValue(options), result.ErrorMessage ?? "is not valid");
    }

    private static bool Converts(Type type, string text)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        // A bare number would be read as days.
        if (type == typeof(TimeSpan))
            return text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _);
        // The converter takes any text for a relative one, on Linux a path even for an absolute one.
        if (type == typeof(Uri))
            return text.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out _);
        if (type == typeof(string) || !TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)))
            return true;
        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
    }
}
