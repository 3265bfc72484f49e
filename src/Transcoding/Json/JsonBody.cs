using System.Text.Json;
using System.Text.Unicode;
using Pylon.Transcoding.Problems;

namespace Pylon.Transcoding.Json;

/// <summary>Parses a body as JSON.</summary>
internal static class JsonBody
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

    // The message of System.Text.Json without its repeated position and without its hints for programmers.
    private static string Describe(JsonException e, int maxDepth)
    {
        if (e.Message.Contains("depth", StringComparison.OrdinalIgnoreCase) && !e.Message.Contains("depth to be zero", StringComparison.OrdinalIgnoreCase))
            return $"it is nested deeper than {maxDepth} levels";
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end > 0 ? e.Message[..end] : e.Message).TrimEnd('.');
    }
}
