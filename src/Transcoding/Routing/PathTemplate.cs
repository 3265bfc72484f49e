namespace Pylon.Transcoding.Routing;

/// <summary>The kinds of segment in a path template.</summary>
public enum SegmentKind
{
    /// <summary>Matches its own text.</summary>
    Literal,

    /// <summary><c>*</c>: exactly one segment, not empty.</summary>
    Single,

    /// <summary><c>**</c>: all remaining segments, or none.</summary>
    Multi,
}

/// <summary>One part of a template between slashes.</summary>
public readonly record struct TemplateSegment(SegmentKind Kind, string Text);

/// <summary>A field that takes its value from segments <c>Start</c> to <c>End</c> (excluded) of the template.</summary>
public sealed record TemplateVariable(string FieldPath, int Start, int End);

/// <summary>
/// The path of a <c>google.api.http</c> rule: <c>"/" Segments [ ":" Verb ]</c>, where a segment is a literal,
/// <c>*</c>, <c>**</c> or <c>{field.path=segments}</c> (https://google.aip.dev/127, google/api/http.proto).
/// </summary>
public sealed record PathTemplate(
    string Text,
    IReadOnlyList<TemplateSegment> Segments,
    IReadOnlyList<TemplateVariable> Variables,
    string Verb)
{
    /// <summary>True when the last segment matches all remaining segments.</summary>
    public bool IsOpenEnded => Segments.Count > 0 && Segments[^1].Kind == SegmentKind.Multi;

    /// <summary>Parses a template.</summary>
    /// <exception cref="FormatException">The contract has an invalid template.</exception>
    public static PathTemplate Parse(string text) => new PathTemplateParser(text).Parse();

    /// <summary>
    /// The value of each variable. Where a variable is one segment, all its percent-encoding is decoded; where it may
    /// span several, an encoded slash stays encoded, because it is not a separator.
    /// </summary>
    public bool TryExtract(IReadOnlyList<string> path, out IReadOnlyList<KeyValuePair<string, string>> values)
    {
        var found = new List<KeyValuePair<string, string>>(Variables.Count);
        values = found;
        foreach (var variable in Variables)
        {
            var spansMany = Spans(variable);
            var end = spansMany && variable.End == Segments.Count && IsOpenEnded ? path.Count : variable.End;
            var parts = new List<string>(Math.Max(0, end - variable.Start));
            for (var i = variable.Start; i < end; i++)
            {
                if (!PercentEncoding.TryDecode(path[i], keepSlashes: spansMany, out var part))
                    return false;
                parts.Add(part);
            }

            found.Add(new(variable.FieldPath, string.Join('/', parts)));
        }

        return true;
    }

    private bool Spans(TemplateVariable variable) =>
        variable.End - variable.Start != 1 || Segments[variable.Start].Kind == SegmentKind.Multi;
}
