using Spectre.Console;

namespace Pylon.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Heading">What the user reads.</param>
/// <param name="Right">Numbers are right-aligned.</param>
/// <param name="Rank">0: always shown; the others in this order, as far as the line has room.</param>
/// <param name="Wraps">Text that may take several lines.</param>
internal sealed record Column(string Heading, bool Right = false, int Rank = 0, bool Wraps = false);

/// <summary>A table that fits the width of the screen.</summary>
internal sealed class Sheet(params Column[] columns)
{
    // Between two columns, as the simple border draws it.
    private const int Gap = 3;
    private const int LeastText = 24;

    private readonly List<string[]> _rows = [];

    public int Count => _rows.Count;

    /// <summary>Adds a row: a cell for each column.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>The table in this width, and the headings of the columns for which there was no room.</summary>
    internal (Table Table, IReadOnlyList<string> LeftOut) Fit(int width)
    {
        var shown = new SortedSet<int>(Enumerable.Range(0, columns.Length).Where(n => columns[n].Rank == 0));
        var left = width - 1 - shown.Sum(Least);
        foreach (var n in Enumerable.Range(0, columns.Length).Where(n => columns[n].Rank > 0).OrderBy(n => columns[n].Rank))
        {
            if (Least(n) > left)
                continue;
            shown.Add(n);
            left -= Least(n);
        }

        var table = new Table { Border = TableBorder.Simple, Expand = false };
        foreach (var column in shown.Select(n => columns[n]))
        {
            var made = new TableColumn(new Text(column.Heading, new Style(Color.Grey))) { NoWrap = !column.Wraps };
            table.AddColumn(column.Right ? made.RightAligned() : made);
        }

        foreach (var row in _rows)
            table.AddRow(shown.Select(n => new Text(row[n])));
        return (table, [.. Enumerable.Range(0, columns.Length).Except(shown).Select(n => columns[n].Heading)]);
    }

    private int Least(int n)
    {
        var natural = _rows.Select(row => row[n].Length).Append(columns[n].Heading.Length).Max();
        return Gap + (columns[n].Wraps ? Math.Min(natural, LeastText) : natural);
    }
}
