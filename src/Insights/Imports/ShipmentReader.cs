using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using nietras.SeparatedValues;
using Pylon.Rpc;

namespace Pylon.Insights.Imports;

/// <summary>
/// Reads lines of a file of shipments. A line is a row: a quote that is not closed does not reach into the lines after it. A
/// value that is missing is unknown, and not zero.
/// </summary>
internal sealed class ShipmentReader(ShipmentColumns columns)
{
    private const decimal MostKm = 1_000_000;
    private const decimal Most = 1_000_000_000;
    private const decimal MostPublishedKg = 1_000_000_000_000_000;
    private const int LongestCode = 100;

    // Quotes and blanks around a field are removed (RFC 4180).
    private static readonly SepReaderOptions Csv =
        Sep.New(',').Reader(o => o with { HasHeader = false, DisableColCountCheck = true, Unescape = true, Trim = SepTrim.All });

    private static readonly string[] Missing = ["", "nan", "na", "n/a", "null", "none"];
    private static readonly string[] Dates = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mmK"];

    /// <summary>The fields of one line.</summary>
    public static string[] Fields(string line)
    {
        using var reader = Csv.FromText(line);
        foreach (var row in reader)
            return row[..].ToStringsArray();
        return [];
    }

    /// <summary>The lines of a block that are not empty.</summary>
    /// <param name="block">Whole lines.</param>
    /// <param name="number">Of the first of them.</param>
    public IEnumerable<ReadLine> Read(string block, long number)
    {
        foreach (var text in block.Split('\n'))
        {
            var line = text.TrimEnd('\r');
            if (!string.IsNullOrWhiteSpace(line))
                yield return ReadOne(line, number);
            number++;
        }
    }

    private ReadLine ReadOne(string line, long number)
    {
        var fields = Fields(line.Replace("\r", "", StringComparison.Ordinal));
        var faults = new List<string>();
        if (fields.Length != columns.Count)
            return new ReadLine(number, line, null, [$"the line must have the {columns.Count} columns that the first line names, and has {fields.Length}"]);
        var date = Date(fields[columns.Date], faults);
        var weight = Weight(fields, faults);
        var distances = columns.Distances.Select((column, mode) => Distance(fields[column], Name(mode), faults)).ToArray();
        if (faults.Count == 0 && distances.Sum() == 0)
            faults.Add("Road, Rail, Sea and Air must not all be 0: the distance is not known");
        var value = new ShipmentLine(Index(fields, number, faults), number)
        {
            Content = Digest(fields.Where((_, column) => column != columns.Index)),
            Key = Digest([fields[columns.Order], fields[columns.OrderLine], fields[columns.Item]]),
            Warehouse = Code(fields[columns.Warehouse], "Warehouse Code", faults),
            Customer = Code(fields[columns.Customer], "Customer Code", faults),
            Order = Text(fields[columns.Order], "Order Number", faults),
            OrderLine = Text(fields[columns.OrderLine], "Order Line Number", faults),
            Item = Text(fields[columns.Item], "Item Code", faults),
            Date = date,
            Units = Number(fields[columns.Units], "Units", faults),
            Ratio = Number(fields[columns.Ratio], "Conversion Ratio", faults),
            WeightKg = weight,
            DistancesKm = distances,
            PublishedKg = [.. columns.Published.Select((column, mode) => Published(fields[column], "CO2 " + Name(mode), faults))],
            PublishedTotalKg = Published(fields[columns.Total], "CO2 Total", faults),
        };
        return new ReadLine(number, line, faults.Count == 0 ? value : null, faults);
    }

    private decimal Weight(string[] fields, List<string> faults)
    {
        var before = faults.Count;
        var weight = Number(fields[columns.Weight], "KG", faults);
        if (faults.Count > before)
            return 0;
        if (weight is null)
            faults.Add("KG is missing: the weight is not known, whatever CO2 says");
        else if (weight is < 0 or > Most)
            faults.Add($"KG must be from 0 to {Most:#,0}");
        // What has units has a weight: 0 kg of something is a ratio that nobody filled in.
        else if (weight == 0 && !(Number(fields[columns.Units], "Units", []) == 0))
            faults.Add("KG is 0 for units that are not: the weight is not known");
        return weight ?? 0;
    }

    private static decimal Distance(string text, string name, List<string> faults)
    {
        var before = faults.Count;
        var distance = Number(text, name, faults);
        if (distance is null && faults.Count == before)
            faults.Add($"{name} is missing: the distance is not known; 0 says that there is no such leg");
        else if (distance is < 0 or > MostKm)
            faults.Add($"{name} must be from 0 to {MostKm:#,0} km");
        return distance ?? 0;
    }

    // Of any sign: what the file says is compared, and differences are sums that a decimal has.
    private static decimal? Published(string text, string name, List<string> faults)
    {
        var kg = Number(text, name, faults);
        if (kg is < -MostPublishedKg or > MostPublishedKg)
            faults.Add($"{name} must be within ± {MostPublishedKg:#,0} kg");
        return kg;
    }

    private long Index(string[] fields, long number, List<string> faults)
    {
        if (columns.Index < 0)
            return number - 2;
        if (decimal.TryParse(fields[columns.Index], NumberStyles.Float, CultureInfo.InvariantCulture, out var index) && index >= 0 && index <= long.MaxValue && index == decimal.Truncate(index))
            return (long)index;
        faults.Add("the index must be a whole number, at least 0");
        return 0;
    }

    private static DateTimeOffset Date(string text, List<string> faults)
    {
        if (DateTimeOffset.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date))
            return new DateTimeOffset(date.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
        faults.Add(Missing.Contains(text.ToLowerInvariant()) ? "Date is missing" : "Date must be a day, for example 2021-01-04, with or without a time");
        return default;
    }

    private static string Code(string text, string name, List<string> faults)
    {
        if (Missing.Contains(text.ToLowerInvariant()))
            faults.Add($"{name} is missing");
        return Text(text, name, faults);
    }

    private static string Text(string text, string name, List<string> faults)
    {
        if (!Field.Fits(text, LongestCode) || text.Any(char.IsControl))
            faults.Add($"{name} must have at most {LongestCode} characters, none of them a control character");
        return text;
    }

    // Null when it is missing.
    private static decimal? Number(string text, string name, List<string> faults)
    {
        if (Missing.Contains(text.ToLowerInvariant()))
            return null;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;
        faults.Add($"{name} must be a number");
        return null;
    }

    private static string Name(int mode) => char.ToUpperInvariant(ShipmentColumns.Modes[mode][0]) + ShipmentColumns.Modes[mode][1..];

    // Each with its length, so that no two lists have the same text.
    private static Guid Digest(IEnumerable<string> fields)
    {
        var text = new StringBuilder();
        foreach (var field in fields)
            text.Append(field.Length).Append(':').Append(field);
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }
}
