using System.Text;

namespace Pylon.Ingestion.Sources;

/// <summary>Comma-separated values with a line of names (RFC 4180), names in any case.</summary>
internal sealed class CsvFile
{
    private readonly Dictionary<string, int> _columns;

    public CsvFile(string text)
    {
        var lines = Records(text.TrimStart('\uFEFF')).ToList();
        Names = lines.Count == 0 ? [] : [.. lines[0].Fields.Select(f => f.Trim())];
        _columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < Names.Count; i++)
            _columns.TryAdd(Names[i], i);
        Rows = [.. lines.Skip(1).Select(l => new Row(name => Field(l.Fields, name), l.Raw, l.Line))];
    }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<Row> Rows { get; }

    private string? Field(List<string> fields, string name) =>
        _columns.TryGetValue(name, out var i) && i < fields.Count ? fields[i] : null;

    /// <summary>One record after the other with the number of its first line; empty lines are none.</summary>
    public static IEnumerable<(List<string> Fields, string Raw, long Line)> Records(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var (start, line, firstLine, quoted) = (0, 1L, 1L, false);
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (quoted && i < text.Length)
            {
                if (c != '"')
                    field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    field.Append(text[i++]);
                else
                    quoted = false;
                if (c == '\n')
                    line++;
                continue;
            }

            if (c == '"')
            {
                quoted = true;
            }
            else if (c == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (c == '\n')
            {
                var raw = text[start..Math.Min(i, text.Length)].TrimEnd('\r');
                fields.Add(field.ToString());
                field.Clear();
                if (raw.Length > 0)
                    yield return (fields, raw, firstLine);
                fields = [];
                start = i + 1;
                firstLine = ++line;
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }
    }
}
