using System.Text;
using System.Text.RegularExpressions;

namespace Pylon.Fuzzing;

/// <summary>Makes bad inputs of good ones.</summary>
internal static partial class Mutation
{
    private static readonly byte[][] Pieces =
    [
        [0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], [0xEF, 0xBF, 0xBD], "\\u0000"u8.ToArray(), "\\ud800"u8.ToArray(), "\\udc00"u8.ToArray(), "\""u8.ToArray(), "\\"u8.ToArray(),
        "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(), ","u8.ToArray(), ":"u8.ToArray(), "/"u8.ToArray(), "%"u8.ToArray(), "%00"u8.ToArray(), "%ff"u8.ToArray(), "*"u8.ToArray(),
        "="u8.ToArray(), "&"u8.ToArray(), "+"u8.ToArray(), ";"u8.ToArray(), "\r"u8.ToArray(), "\n"u8.ToArray(), "\u2028"u8.ToArray(), "-"u8.ToArray(), "."u8.ToArray(), "e"u8.ToArray(), "99999999999999999999"u8.ToArray(), "NaN"u8.ToArray(), "null"u8.ToArray(),
    ];

    /// <summary>One to four changes: cut, flip, insert, repeat, remove, another value, a long run.</summary>
    public static byte[] Of(Random random, byte[] sample)
    {
        var bytes = sample;
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var at = random.Next(bytes.Length + 1);
            var end = Math.Min(bytes.Length, at + random.Next(1, 40));
            bytes = random.Next(10) switch
            {
                0 => bytes[..at],
                1 or 2 => Flipped(random, bytes),
                3 => [.. bytes[..at], .. Pieces[random.Next(Pieces.Length)], .. bytes[at..]],
                4 => [.. bytes[..end], .. bytes[at..]],
                5 => [.. bytes[..at], .. bytes[end..]],
                6 => [.. bytes[..at], .. Enumerable.Repeat(bytes.Length > 0 ? bytes[at % bytes.Length] : (byte)'x', random.Next(2, 600)), .. bytes[at..]],
                7 => [0xEF, 0xBB, 0xBF, .. bytes],
                _ => OtherValue(random, bytes),
            };
        }

        return bytes;
    }

    private static byte[] Flipped(Random random, byte[] bytes)
    {
        if (bytes.Length == 0)
            return bytes;
        bytes = [.. bytes];
        for (var n = random.Next(1, 4); n > 0; n--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    // One member of the JSON gets any other value, or is there twice.
    private static byte[] OtherValue(Random random, byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (Member().Matches(text) is not { Count: > 0 } members)
            return bytes;
        var member = members[random.Next(members.Count)];
        var other = member.Groups["name"].Value + AnyJson.Value(random, 3);
        return Encoding.UTF8.GetBytes(text[..member.Index] + (random.Next(4) == 0 ? other + "," + member.Value : other) + text[(member.Index + member.Length)..]);
    }

    [GeneratedRegex("""(?<name>"[^"\\]{1,60}"\s*:\s*)(?:"[^"\\]*"|[-+0-9.eE]+|true|false|null)""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Member();
}
