using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pylon.Orchestrator.Llm;

/// <summary>Finds the JSON in the answer of a language model, which may have words and a Markdown fence around it. Pure.</summary>
internal static partial class LlmJson
{
    public const int MaxBytes = 256 * 1024;
    public const int MaxDepth = 64;

    /// <summary>The object in the first fenced block, else from the first { to the last }.</summary>
    /// <exception cref="GeminiException">There is none, it is too large or too deep, or it has a name twice; the message gives the reason.</exception>
    public static JsonElement Parse(string answer)
    {
        if (Encoding.UTF8.GetByteCount(answer) > MaxBytes)
            throw new GeminiException($"the answer is longer than {MaxBytes / 1024} kB");
        var text = Inside(answer);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new GeminiException("the answer is no JSON object");
        }
        catch (JsonException e)
        {
            throw new GeminiException(e.Message.Contains("depth", StringComparison.OrdinalIgnoreCase) && !e.Message.Contains("depth to be zero", StringComparison.OrdinalIgnoreCase)
                ? $"the answer is nested deeper than {MaxDepth} levels"
                : "the answer has no valid JSON object");
        }
    }

    private static string Inside(string answer)
    {
        var text = Fence().Match(answer) is { Success: true } fence ? fence.Groups["inside"].Value : answer;
        var (first, last) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        return first >= 0 && last > first ? text[first..(last + 1)] : throw new GeminiException("the answer has no JSON object");
    }

    [GeneratedRegex(@"```[A-Za-z]*\s(?<inside>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();
}
