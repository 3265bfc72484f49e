using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Pylon.Transcoding.Problems;

namespace Pylon.Transcoding.Json;

/// <summary>Parses a body as JSON.</summary>
internal static partial class JsonBody
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Null with a problem, which gives line and position from 1, when the bytes are not valid JSON.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body, int maxDepth, out FieldProblem problem)
    {
        problem = default;
        if (body.Span.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];
        if (!Utf8.IsValid(body.Span))
        {
            problem = new("", "the body is not valid UTF-8");
            return null;
        }

        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = maxDepth });
        }
        catch (JsonException e)
        {
            problem = new("", $"the body is not valid JSON: {Describe(e, maxDepth)} (line {e.LineNumber + 1}, position {e.BytePositionInLine + 1})");
            return null;
        }
    }

    [GeneratedRegex("^'(?<text>[^']{1,20}|'{1})'", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unexpected();

    // In own words: the messages of System.Text.Json have hints for programmers, and change with it.
    private static string Describe(JsonException e, int maxDepth)
    {
        if (e.Message.Contains("depth", StringComparison.OrdinalIgnoreCase) && !e.Message.Contains("depth to be zero", StringComparison.OrdinalIgnoreCase))
            return $"it is nested deeper than {maxDepth} levels";
        if (e.Message.Contains("trailing comma", StringComparison.Ordinal))
            return "nothing follows a comma";
        if (Unexpected().Match(e.Message) is { Success: true } match)
            return $"'{match.Groups["text"].Value}' is not expected here";
        return e.Message.Contains("end of", StringComparison.Ordinal) || e.Message.Contains("depth to be zero", StringComparison.Ordinal) || e.Message.Contains("does not contain any", StringComparison.Ordinal)
            ? "it ends too early"
            : "it is not expected here";
    }
}
