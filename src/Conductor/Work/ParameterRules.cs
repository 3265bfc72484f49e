using System.Globalization;
using System.Text.RegularExpressions;
using Pylon.Conductor.V1;

namespace Pylon.Conductor.Work;

/// <summary>
/// What the parameters of a job may be. The Conductor checks a submission by them and the worker checks again by its own
/// configuration before it runs anything; so this file is part of both.
/// </summary>
internal static partial class ParameterRules
{
    public const int MaxParameters = 16;

    // All of them together; a command line has room for it.
    private const int MaxCharacters = 4_096;
    private const int DefaultMaxLength = 200;

    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>The values with defaults, or the field that breaks a rule and the rule.</summary>
    public static (IReadOnlyDictionary<string, string> Values, (string Field, string Rule)? Fault) Check(
        IReadOnlyCollection<JobParameter> rules, IEnumerable<KeyValuePair<string, string>> given)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in given)
            values[name] = value;
        if (values.Count > MaxParameters || values.Sum(one => (long)one.Key.Length + one.Value.Length) > MaxCharacters)
            return (values, ("parameters", $"must be at most {MaxParameters} with at most {MaxCharacters} characters together"));
        if (values.Keys.FirstOrDefault(name => rules.All(rule => rule.Name != name)) is { } unknown)
            return (values, (IsName(unknown) ? $"parameters.{unknown}" : "parameters", rules.Count == 0 ? "the job has no parameters" : $"the job has only {string.Join(", ", rules.Select(r => r.Name))}"));
        foreach (var rule in rules)
        {
            if (!values.TryGetValue(rule.Name, out var value))
            {
                if (!rule.HasDefaultValue)
                    return (values, ($"parameters.{rule.Name}", "must be given"));
                values[rule.Name] = value = rule.DefaultValue;
            }

            if (Fault(rule, value) is { } fault)
                return (values, ($"parameters.{rule.Name}", fault));
        }

        return (values, null);
    }

    /// <summary>Whether this can be the name of a parameter.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    /// <summary>Whether this can be the name of a job.</summary>
    public static bool IsJob(string text) => Job().IsMatch(text);

    /// <summary>What is wrong with the rule itself; null when nothing is.</summary>
    public static string? FaultOf(JobParameter rule)
    {
        if (!IsName(rule.Name))
            return "name: must be a lower-case letter, then at most 39 lower-case letters, digits and underscores";
        if (rule.Type == ParameterType.Unspecified || !Enum.IsDefined(rule.Type))
            return "type: must be INTEGER, NUMBER, BOOLEAN or TEXT";
        if (rule.Allowed.Count > 100 || rule.Allowed.Any(one => one.Length > DefaultMaxLength) || rule.Pattern.Length > 500)
            return "allowed and pattern: must be at most 100 values of 200 characters, and 500 characters";
        if (rule.MaxLength is < 0 or > MaxCharacters)
            return $"max_length: must be from 1 to {MaxCharacters}";
        try
        {
            Match(rule.Pattern, "");
        }
        catch (ArgumentException)
        {
            return "pattern: must be a regular expression without look-around and back references";
        }

        return rule.HasDefaultValue && Fault(rule, rule.DefaultValue) is { } fault ? $"default_value: {fault}" : null;
    }

    private static string? Fault(JobParameter rule, string value) => rule.Type switch
    {
        ParameterType.Integer => !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? "must be a whole number" : Limits(rule, whole),
        ParameterType.Number => !(double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            ? "must be a number"
            : Limits(rule, number),
        ParameterType.Boolean => value is "true" or "false" ? null : "must be true or false",
        ParameterType.Text => Text(rule, value),
        _ => "has no type",
    };

    private static string? Limits(JobParameter rule, double value) =>
        (rule.HasMin && value < rule.Min) || (rule.HasMax && value > rule.Max)
            ? string.Create(CultureInfo.InvariantCulture, $"must be{(rule.HasMin ? $" at least {rule.Min}" : "")}{(rule is { HasMin: true, HasMax: true } ? " and" : "")}{(rule.HasMax ? $" at most {rule.Max}" : "")}")
            : null;

    private static string? Text(JobParameter rule, string value)
    {
        var longest = rule.MaxLength > 0 ? rule.MaxLength : DefaultMaxLength;
        if (value.Length > longest)
            return $"must have at most {longest} characters";
        if (value.Any(char.IsControl))
            return "must not contain control characters";
        if (rule.Allowed.Count > 0)
            return rule.Allowed.Contains(value) ? null : $"must be one of {string.Join(", ", rule.Allowed)}";
        if (rule.Pattern.Length > 0)
            return Match(rule.Pattern, value) ? null : $"must match {rule.Pattern}";
        return Plain().IsMatch(value) ? null : "must be a letter, digit or underscore, then letters, digits, spaces and . _ : , @ + = -";
    }

    // Linear in the length of the text, whatever the pattern.
    private static bool Match(string pattern, string value) =>
        Regex.IsMatch(value, $@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchLimit);

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,39}\z", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.None, 1000)]
    private static partial Regex Job();

    [GeneratedRegex(@"\A[\p{L}\p{Nd}_][\p{L}\p{Nd} ._:,@+=-]*\z", RegexOptions.None, 1000)]
    private static partial Regex Plain();
}
