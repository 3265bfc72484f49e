using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;

namespace Pylon.Cli.Commands;

/// <summary>Options and arguments that several commands share.</summary>
internal static class Options
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of a table" };

    /// <summary>An option for a number above zero, which says what is allowed when it is anything else.</summary>
    public static Option<T?> Positive<T>(string name, string description)
        where T : struct, INumber<T> => new(name) { Description = description, CustomParser = result => Number<T>(result, name) };

    /// <summary>The same, or zero.</summary>
    public static Option<int?> WholeFromZero(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (int.TryParse(text, out var number) && number >= 0)
                return number;
            result.AddError($"{name}: '{text}' must be a whole number, 0 or more");
            return null;
        },
    };

    private static T? Number<T>(ArgumentResult result, string name)
        where T : struct, INumber<T>
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (T.TryParse(text, null, out var number) && T.IsFinite(number) && number > T.Zero)
            return number;
        result.AddError($"{name}: '{text}' must be {(typeof(T) == typeof(int) ? "a whole number" : "a number")} above 0");
        return null;
    }

    public static Argument<string> Id() => new("id") { Description = "The id of the workload" };
}
