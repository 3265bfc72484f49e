using System.Text;

namespace Pylon.Fuzzing;

/// <summary>JSON by its grammar, with what readers do not expect.</summary>
internal static class AnyJson
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "5", "50.5", "1e400", "-1e999", "1e-20000", "1e999999999999", "12345678901234567890123456789012345678901", new('9', 1000), "2147483648", "9223372036854775808",
        "\"\"", "\" \"", "\"x\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\udfff\\ud83d\"", "\"\\u2028\\u0007\"", "\"\\uFEFF\"", "\"\\uFFFF\"", "\"😀\u200b\"", "\"NaN\"", "\"-Infinity\"", "\"1e400\"", "\"7\"",
        "\"2026-03-04T09:30Z\"", "\"2026-02-30\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"9999-12-31T23:59:59-14:00\"", "\"99999-01-01\"", "\"12:00\"", "\"P99999999D\"", "\"-P1Y\"", "\"PT\"",
        "\"315576000000s\"", "\"-315576000001s\"", "\"a,b.c\"", "\"AAAA\"", "\"%zz\"", "\"00000000-0000-0000-0000-000000000000\"", "[]", "{}", "[null]", "[[]]", "{\"\":1}", "{\"\\ud800\":1}", "{\"a\\u0000\":1}", "{\"@type\":\"x/y\"}", "{\"@type\":5}",
        $"\"{new string('x', 201)}\"", $"\"{new string('é', 3000)}\"", "{\"a\":1,\"a\":2}",
    ];

    // No JSON.
    private static readonly string[] Broken = ["", "NaN", "Infinity", "-", "01", "'x'", "\"", "{", "]", "\"\\x\"", "\"a\0b\"", "nul", "1.", "{\"a\"}", "[1,]", "/**/1"];

    public static readonly string[] Names =
    [
        "", "a", "\\u0000", "\\ud800", "data", "context", "message", "error", "code", "status", "ack", "regions", "records", "result", "success", "id", "from", "to", "index", "value", "intensity", "generationmix", "fuel", "perc", "@type", "seconds", "nanos", "name",
    ];

    /// <summary>Always JSON as far as its grammar goes; the text in it may be half a surrogate pair, the numbers may be huge.</summary>
    public static string Value(Random random, int depth, IReadOnlyList<string>? names = null)
    {
        names ??= Names;
        switch (random.Next(depth > 0 ? 12 : 8))
        {
            case 8:
                var deep = random.Next(1, random.Next(4) == 0 ? 700 : 80);
                return random.Next(2) == 0
                    ? new string('[', deep) + new string(']', deep)
                    : string.Concat(Enumerable.Repeat("{\"a\":", deep)) + "1" + new string('}', deep);
            case 9:
                return $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1, names)))}]";
            case 10 or 11:
                return Object(random, depth, names);
            default:
                return Values[random.Next(Values.Length)];
        }
    }

    public static string Object(Random random, int depth, IReadOnlyList<string> names) =>
        $"{{{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => $"\"{names[random.Next(names.Count)]}\":{Value(random, depth - 1, names)}"))}}}";

    /// <summary>A text that may not be JSON at all.</summary>
    public static string Anything(Random random, IReadOnlyList<string>? names = null) => random.Next(8) == 0 ? Broken[random.Next(Broken.Length)] : Value(random, 4, names);

    /// <summary>A text with characters of every kind.</summary>
    public static string Text(Random random, int longest)
    {
        var text = new StringBuilder();
        for (var n = random.Next(longest); n > 0; n--)
        {
            _ = random.Next(8) switch
            {
                0 => text.Append((char)random.Next(0x20)),
                1 => text.Append((char)random.Next(0x10000)),
                2 => text.Append("/:{}=*%&+,;.\"'"[random.Next(14)]),
                3 => text.Append(random.Next(10)),
                _ => text.Append((char)random.Next(0x20, 0x7F)),
            };
        }

        return text.ToString();
    }

    /// <summary>The JSON with the values of some members, or a name, replaced; it stays JSON.</summary>
    public static string WithBadMembers(Random random, string json)
    {
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var starts = Enumerable.Range(1, json.Length - 1).Where(i => json[i] == ':' && json[i - 1] == '"').ToList();
            if (starts.Count == 0)
                return json;
            var at = starts[random.Next(starts.Count)] + 1;
            json = json[..at] + Value(random, 2) + json[EndOfValue(json, at)..];
        }

        return json;
    }

    /// <summary>How deep it is nested, for JSON whose texts have no brackets.</summary>
    public static int Depth(string json)
    {
        var (depth, deepest) = (0, 0);
        foreach (var letter in json)
        {
            depth += letter is '{' or '[' ? 1 : letter is '}' or ']' ? -1 : 0;
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }

    private static int EndOfValue(string json, int from)
    {
        var (depth, isText) = (0, false);
        for (var n = from; n < json.Length; n++)
        {
            if (json[n] == '\\')
                n++;
            else if (json[n] == '"')
                isText = !isText;
            else if (isText)
                continue;
            else if (depth == 0 && json[n] is ',' or '}' or ']' && depth == 0)
                return n;
            else
                depth += json[n] is '{' or '[' ? 1 : json[n] is '}' or ']' ? -1 : 0;
        }

        return json.Length;
    }
}
