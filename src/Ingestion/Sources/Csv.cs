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

    private static string[] FieldsOf(string line)
    {
        using var reader = Quoted.FromText(line);
        foreach (var row in reader)
            return Fields(row);
        return [];
    }

    /// <summary>The names of the columns, from the first line, and the rows that are not empty; names are found in any case.</summary>
    public static (IReadOnlyList<string> Names, IReadOnlyList<Row> Rows) Read(string text)
    {
        string[]? names = null;
        var columns = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var rows = new List<Row>();
        // A line is a row: a quote that is not closed must not reach into the lines after it.
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n').Select(line => line.Replace("\r", "")))
        {
            number++;
            if (line.Length == 0)
                continue;
            var fields = FieldsOf(line);
            if (names is not null)
            {
                var row = new Row(name => columns.TryGetValue(name, out var n) && n < fields.Length ? fields[n] : null, line, number);
                if (line.Contains('\0'))
                    row.Fail("a text has a NUL character");
                rows.Add(row);
                continue;
            }

            names = fields;
            for (var n = 0; n < names.Length; n++)
                columns.TryAdd(names[n], n);
        }

        return (names ?? [], rows);
    }
}
