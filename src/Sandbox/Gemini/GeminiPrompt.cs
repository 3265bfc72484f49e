using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Gemini;

/// <summary>Reads a generateContent request and writes an answer that refers to it.</summary>
internal static partial class GeminiPrompt
{
    private const int LongestQuote = 120;

    /// <summary>All texts of all parts, in order; null when the request has none.</summary>
    public static string? Read(JObject body)
    {
        if (body["contents"] is not JArray contents)
            return null;
        var texts = contents.OfType<JObject>()
            .SelectMany(c => c["parts"] as JArray ?? [])
            .Select(p => Json.Text(p, "text"))
            .OfType<string>()
            .ToList();
        return texts.Count > 0 ? string.Join('\n', texts) : null;
    }

    /// <summary>Names the workload when the prompt does, otherwise quotes the prompt's first words.</summary>
    public static string Answer(string prompt)
    {
        var named = WorkloadName().Match(prompt);
        var subject = named.Success ? named.Groups["name"].Value.Trim() : FirstWords(prompt);
        return $"Summary for {subject}: the recommended grid windows were compared on renewable share, carbon intensity and price, "
            + "and the best one was reserved. (Written by the Pylon sandbox, not by a language model.)";
    }

    private static string FirstWords(string prompt)
    {
        var line = prompt.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        var first = end < 0 ? line : line[..end];
        return $"\"{(first.Length > LongestQuote ? first[..LongestQuote] : first)}\"";
    }

    [GeneratedRegex("""workload(?:[ _]?name)?["']?\s*[:=]?\s*["'“‘](?<name>[^"'”’\r\n]{1,200})["'”’]|workload(?:[ _]?name)?\s*[:=]\s*(?<name>[^,;\r\n]{1,200})""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex WorkloadName();
}
