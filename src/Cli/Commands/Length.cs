using System.CommandLine.Parsing;
using System.Globalization;

namespace Pylon.Cli.Commands;

/// <summary>Lengths of time on the command line: 10s, 30m, 6h, 2d.</summary>
internal static class Length
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    public static TimeSpan? ReadOptional(ArgumentResult result) => TryRead(result, out var length) ? length : null;

    public static TimeSpan Read(ArgumentResult result) => TryRead(result, out var length) ? length : default;

    internal static bool TryParse(string text, out TimeSpan length)
    {
        var unit = text.Length < 2 ? TimeSpan.Zero : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        length = default;
        if (unit == TimeSpan.Zero || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return false;
        if (!(amount * unit.TotalSeconds >= 0 && amount * unit.TotalSeconds <= Longest.TotalSeconds))
            return false;
        length = unit * amount;
        return true;
    }

    private static bool TryRead(ArgumentResult result, out TimeSpan length)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (TryParse(text, out length))
            return true;
        var name = result.Parent is OptionResult option ? option.Option.Name : "";
        result.AddError($"{name}: '{text}' must be seconds, minutes, hours or days, for example 30m, 6h or 2d, and at most {Longest.TotalDays:0} days");
        return false;
    }
}
