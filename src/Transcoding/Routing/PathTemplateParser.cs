namespace Pylon.Transcoding.Routing;

/// <summary>A recursive descent parser of the grammar in google/api/http.proto.</summary>
internal sealed class PathTemplateParser(string text)
{
    private readonly List<TemplateSegment> _segments = [];
    private readonly List<TemplateVariable> _variables = [];
    private int _at;

    public PathTemplate Parse()
    {
        Expect('/');
        var verb = "";
        if (_at < text.Length)
            ReadSegments(insideVariable: false);
        if (TryTake(':'))
            verb = ReadLiteral();
        if (_at < text.Length)
            throw Wrong($"'{text[_at]}' at {_at} is out of place");
        var multi = _segments.FindIndex(segment => segment.Kind == SegmentKind.Multi);
        if (multi >= 0 && multi != _segments.Count - 1)
            throw Wrong("** must be the last segment");
        if (_variables.Select(variable => variable.FieldPath).Distinct(StringComparer.Ordinal).Count() != _variables.Count)
            throw Wrong("a field is bound twice");
        return new PathTemplate(text, _segments, _variables, verb);
    }

    private void ReadSegments(bool insideVariable)
    {
        do
        {
            ReadSegment(insideVariable);
        }
        while (TryTake('/'));
    }

    private void ReadSegment(bool insideVariable)
    {
        if (TryTake('{'))
        {
            if (insideVariable)
                throw Wrong("a variable within a variable");
            ReadVariable();
        }
        else if (TryTake('*'))
        {
            _segments.Add(TryTake('*') ? new(SegmentKind.Multi, "**") : new(SegmentKind.Single, "*"));
        }
        else
        {
            _segments.Add(new(SegmentKind.Literal, ReadLiteral()));
        }
    }

    private void ReadVariable()
    {
        var start = _segments.Count;
        var field = ReadUntil("=}");
        if (field.Length == 0 || field.Split('.').Any(part => part.Length == 0))
            throw Wrong("a variable without a field");
        if (TryTake('='))
            ReadSegments(insideVariable: true);
        else
            _segments.Add(new(SegmentKind.Single, "*"));
        Expect('}');
        _variables.Add(new TemplateVariable(field, start, _segments.Count));
    }

    private string ReadLiteral()
    {
        var literal = ReadUntil("/:{}=*");
        return literal.Length > 0 ? literal : throw Wrong($"an empty segment at {_at}");
    }

    private string ReadUntil(string stops)
    {
        var start = _at;
        while (_at < text.Length && !stops.Contains(text[_at], StringComparison.Ordinal))
            _at++;
        return text[start.._at];
    }

    private bool TryTake(char wanted)
    {
        if (_at >= text.Length || text[_at] != wanted)
            return false;
        _at++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!TryTake(wanted))
            throw Wrong($"'{wanted}' expected at {_at}");
    }

    private FormatException Wrong(string why) => new($"Path template \"{text}\": {why}.");
}
