using System.Globalization;
using nietras.SeparatedValues;

namespace Pylon.Insights.Factors;

/// <summary>Reads the files of factors that this assembly contains.</summary>
internal static class FactorFiles
{
    public const string Desnz = "desnz-2025";

    private const string Suffix = "_1";

    public static IReadOnlyList<Factor> ReadAll() => [.. ReadDesnz(TextOf("desnz-2025.csv")), .. ReadOwn(TextOf("pylon-2025.csv"))];

    /// <summary>One line for each factor, with its gases.</summary>
    public static List<Factor> ReadDesnz(string text)
    {
        var factors = new List<Factor>();
        using var lines = Open(text);
        foreach (var line in lines)
        {
            string[] name = [line["level_2"].ToString(), line["level_3"].ToString(), line["level_4"].ToString(), line["column_text"].ToString()];
            var id = line["id"].ToString();
            factors.Add(new Factor
            {
                Id = id + Suffix,
                Set = Desnz,
                Name = string.Join(", ", name.Where(part => part.Length > 0)),
                Unit = line["unit"].ToString(),
                Boundary = id.StartsWith("27_", StringComparison.Ordinal) ? "TTW" : "TD",
                Status = "published",
                Co2e = Number(line["co2e"].Span),
                Co2 = Number(line["co2"].Span),
                Ch4 = Number(line["ch4"].Span),
                N2o = Number(line["n2o"].Span),
            });
        }

        return factors;
    }

    private static List<Factor> ReadOwn(string text)
    {
        var factors = new List<Factor>();
        using var lines = Open(text);
        foreach (var line in lines)
        {
            factors.Add(new Factor
            {
                Id = line["id"].ToString(),
                Set = line["set"].ToString(),
                Name = line["name"].ToString(),
                Unit = line["unit"].ToString(),
                Boundary = line["boundary"].ToString(),
                Status = line["status"].ToString(),
                Co2e = Number(line["co2e"].Span),
                Note = line["note"].ToString(),
            });
        }

        return factors;
    }

    // The lines before the header are its licence and meaning.
    private static SepReader Open(string text)
    {
        var from = 0;
        while (text[from] == '#')
            from = text.IndexOf('\n', from) + 1;
        return Sep.New(';').Reader().FromText(text[from..]);
    }

    private static decimal? Number(ReadOnlySpan<char> text) =>
        text.IsEmpty ? null : decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static string TextOf(string file)
    {
        using var stream = typeof(FactorFiles).Assembly.GetManifestResourceStream($"Pylon.Insights.Factors.{file}")
            ?? throw new InvalidOperationException($"The assembly does not contain the factors {file}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
