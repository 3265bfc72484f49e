using nietras.SeparatedValues;

namespace Pylon.Ingestion.Sources;

/// <summary>Comma-separated values (RFC 4180).</summary>
internal static class Csv
{
    /// <summary>Rows whose fields may be quoted; blanks and quotes around a field are removed.</summary>
    public static readonly SepReaderOptions Quoted =
        Sep.New(',').Reader(o => o with { HasHeader = false, DisableColCountCheck = true, Unescape = true, Trim = SepTrim.All });

    /// <summary>Rows without quotes, each a line.</summary>
    public static readonly SepReaderOptions Plain = Quoted with { Unescape = false, Trim = SepTrim.None, DisableQuotesParsing = true };

    public static string[] Fields(SepReader.Row row) => row[..].ToStringsArray();

    /// <summary>The names of the columns, from the first line, and the rows that are not empty; names are found in any case.</summary>
    public static (IReadOnlyList<string> Names, IReadOnlyList<Row> Rows) Read(string text)
    {
        string[]? names = null;
        var columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var rows = new List<Row>();
        using var reader = Quoted.FromText(text.TrimStart('\uFEFF'));
        foreach (var row in reader)
        {
            // Read before the fields, because Sep removes their quotes in place.
            var raw = row.Span.ToString();
            if (raw.Length == 0)
                continue;
            var fields = Fields(row);
            if (names is not null)
            {
                rows.Add(new Row(name => columns.TryGetValue(name, out var n) && n < fields.Length ? fields[n] : null, raw, row.LineNumberFrom));
                continue;
            }

            names = fields;
            for (var n = 0; n < names.Length; n++)
                columns.TryAdd(names[n], n);
        }

        return (names ?? [], rows);
    }
}
