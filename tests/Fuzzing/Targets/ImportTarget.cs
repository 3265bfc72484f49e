using Pylon.Ingestion.Import;
using Pylon.Ingestion.Series;
using Pylon.Rpc;

namespace Pylon.Fuzzing.Targets;

/// <summary>Files of history: a file is refused as a whole only with the refusal, and a good line is read beside any other.</summary>
internal sealed class ImportTarget() : FuzzTarget("import")
{
    private const string Good = "1,2026-03-04T09:00Z,2026-03-04T09:30Z,101,102,low";

    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly IReadOnlyList<SeriesDefinition> Series = [.. SeriesDefinition.All.Where(s => s.Imported != default)];

    private static readonly string[] Headers =
    [
        "region_id,from,to,forecast,actual,index", "from,actual", "settlement_date,settlement_period,actual", "from,to,settlement_date,settlement_period,forecast,captured_at",
    ];

    private static readonly string[] Fields =
    [
        "", " ", "\"", "\"\"", "\"\"\"", "a\"b", "\"a,b\"", "\0", "\r", "\uFEFF", "\uFFFD", "1", "18", "19", "-1", "1e400", "1e-28", "79228162514264337593543950335", "NaN", "0x10", "1,5", "2026-03-04", "2026-03-29", "2026-02-30", "04-Mar-26", "2026-03-04T09:00Z", "2026-03-04T09:15Z",
        "2026-03-04 09:30", "0001-01-01T00:00+14:00", "9999-12-31T23:30Z", "9999-12-31T23:59:59-14:00", "1999-12-31T23:30Z", "46", "48", "50", "51", "101", "low", "LOW", new('x', 4000), "from", "forecast",
    ];

    public override FuzzInput Next(Random random)
    {
        var choice = random.Next(Series.Count);
        if (random.Next(2) == 0)
        {
            // The good line is first: a later one of the same half hour is the repeated one.
            var text = Headers[0] + "\n" + Good + "\n" + string.Join(random.Next(4) == 0 ? "\r\n" : "\n", Enumerable.Range(0, random.Next(1, 5)).Select(_ => Line(random)));
            return new(Utf8(text), 0, HasGood: true);
        }

        var header = random.Next(6) == 0 ? AnyJson.Text(random, 40) : Headers[random.Next(Headers.Length)];
        var file = Utf8(string.Join('\n', Enumerable.Range(0, random.Next(5)).Select(_ => Line(random)).Prepend(header)));
        return new(random.Next(2) == 0 ? Mutation.Of(random, file) : file, choice);
    }

    public override void Read(FuzzInput input)
    {
        var series = input.HasGood ? SeriesDefinition.CarbonIntensity : Series[input.Choice];
        try
        {
            var (lines, good, read, rejected) = (new LineBlocks(2), 0, 0L, 0);
            ImportReader? reader = null;
            // In pieces that cut lines, and characters, in two.
            for (var at = 0; at < input.Bytes.Length; at += 1000)
            {
                lines.Feed(input.Bytes.AsMemory(at, Math.Min(1000, input.Bytes.Length - at)));
                while (lines.TryRead(out var block, out var number))
                    Take(block, number);
            }

            if (lines.TryReadLast(out var last, out var lastNumber))
                Take(last, lastNumber);
            Expect(read == good + rejected, "each line is good or rejected");

            void Take(string block, long number)
            {
                if (reader is null)
                {
                    var end = block.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var n ? n + 1 : block.Length;
                    reader = new ImportReader(series, ImportColumns.Read(block[..end].TrimEnd('\r', '\n'), series), Now);
                    (block, number) = (block[end..], 2);
                }

                reader.Read(block, number);
                Expect(!input.HasGood || good > 0 || reader.Good.Exists(line => line is { Line: 2, RegionId: 1, Forecast: 101, Actual: 102, Index: "low" }) || reader.LinesRead == 0, "the good line is read");
                good += reader.Good.Count;
                (read, rejected) = (reader.LinesRead, reader.Rejected.Count);
            }
        }
        catch (RefusalException)
        {
            // A line that is too long or no text, or columns that the series has not.
        }
    }

    private static string Line(Random random)
    {
        if (random.Next(10) == 0)
            return AnyJson.Text(random, 60);
        var fields = Good.Split(',');
        for (var n = random.Next(1, 4); n > 0; n--)
            fields[random.Next(fields.Length)] = Fields[random.Next(Fields.Length)];
        return string.Join(',', fields.Take(random.Next(8) == 0 ? random.Next(fields.Length) : fields.Length));
    }
}
