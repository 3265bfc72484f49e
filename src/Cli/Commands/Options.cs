using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Pylon.Cli.Commands;

/// <summary>Options and arguments that several commands share.</summary>
internal static class Options
{
    /// <summary>Of a busy core, where nobody says otherwise.</summary>
    public const double UsualWatts = 10;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(3650);

    /// <summary>An option for a number above zero, which says what is allowed when it is anything else.</summary>
    public static Option<T?> Positive<T>(string name, string description)
        where T : struct, INumber<T> => new(name) { Description = description, CustomParser = result => Number<T>(result, name) };

    /// <summary>What a busy core draws; 10 W without it.</summary>
    public static Option<double?> Watts() => Positive<double>("--watts", $"The power of a busy core where the machine has no power counter, {UsualWatts} W");

    /// <summary>The number of items of a list.</summary>
    public static Option<int> Limit(int usual, int most) => new("--limit", "-n")
    {
        Description = $"How many, 1 to {most}; {usual} without it",
        DefaultValueFactory = _ => usual,
        CustomParser = result => Whole(result, "--limit", 1, most),
    };

    /// <summary>An option for a whole number of a range.</summary>
    public static Option<int?> Range(string name, string description, int least, int most) => new(name) { Description = description, CustomParser = result => Whole(result, name, least, most) };

    /// <summary>The same as an argument.</summary>
    public static Argument<int> RangeArgument(string name, string description, int least, int most) => new(name) { Description = description, CustomParser = result => Whole(result, name, least, most) };

    /// <summary>An option for a whole number, 0 or more.</summary>
    public static Option<int?> WholeFromZero(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            var text = Text(result);
            if (int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 0)
                return number;
            result.AddError($"{name}: '{text}' must be a whole number, 0 or more");
            return null;
        },
    };

    /// <summary>A time, or a time from now.</summary>
    public static Option<DateTimeOffset?> Moment(string name, string description, TimeProvider time) => new(name)
    {
        Description = description + ": 2026-05-01T12:00:00Z, or +90m, +6h, +2d from now",
        CustomParser = result =>
        {
            var text = Text(result);
            if (TryMoment(text, time.GetUtcNow(), out var moment))
                return moment;
            result.AddError($"{name}: '{text}' must be a time, for example 2026-05-01T12:00:00Z, or minutes, hours or days from now, for example +90m, +6h or +2d, at most {LongestDelay.TotalDays:0} days");
            return null;
        },
    };

    /// <summary>One of several words; all without it.</summary>
    public static Option<string?> OneOf(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name) { Description = $"{description}: {string.Join(", ", words)}" };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    public static Argument<string> Id(string what) => new("id") { Description = $"The id of the {what}" };

    /// <summary>Who acts; it is kept with what was done.</summary>
    public static Option<string> User() => new("--user") { Description = "Who does it; it is kept", DefaultValueFactory = _ => Environment.UserName };

    public static Option<string?> Note(string description = "Why, in a sentence; it is kept") => new("--note") { Description = description };

    internal static bool TryMoment(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        if (!text.StartsWith('+'))
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);
        moment = now;
        if (!Length.TryParse(text[1..], out var delay) || delay <= TimeSpan.Zero || delay > LongestDelay)
            return false;
        moment += delay;
        return true;
    }

    private static int Whole(ArgumentResult result, string name, int least, int most)
    {
        var text = Text(result);
        if (int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        result.AddError($"{name}: '{text}' must be a whole number from {least} to {most}");
        return 0;
    }

    private static T? Number<T>(ArgumentResult result, string name)
        where T : struct, INumber<T>
    {
        var text = Text(result);
        if (T.TryParse(text, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number) && number > T.Zero)
            return number;
        result.AddError($"{name}: '{text}' must be {(typeof(T) == typeof(int) ? "a whole number" : "a number")} above 0");
        return null;
    }

    private static string Text(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
}
