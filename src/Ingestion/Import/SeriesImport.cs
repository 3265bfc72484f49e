using System.Text;
using Grpc.Core;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.V1;
using Pylon.Rpc;

namespace Pylon.Ingestion.Import;

/// <summary>
/// Takes in a file that comes in pieces. What it keeps in memory does not grow with the file: the line that is being read,
/// some rejected ones, a bit for each half hour.
/// </summary>
internal sealed class SeriesImport(SeriesStore store, TimeProvider time, ILogger<SeriesImport> logger)
{
    private const int MostReported = 100;
    private const int QuarantinedAtOnce = 500;
    private const int LongestName = 63;

    public async Task<ImportSeriesResponse> RunAsync(IAsyncStreamReader<ImportSeriesRequest> requests, CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken))
            throw Nothing();
        var (name, series, firstLine) = Subject(requests.Current);
        var lines = new LineSplitter();
        var columns = await ColumnsAsync(requests, lines, series, cancellationToken);
        lines.Number = firstLine - 1;
        await using var import = await store.BeginAsync("import:" + name, capturedAt: null, columns.CapturedAt >= 0, cancellationToken);
        var call = new Call(import, series, new ImportReader(series, columns, time.GetUtcNow()), columns.CapturedAt >= 0, new ImportSeriesResponse());
        do
        {
            if (requests.Current is { } request && (request.Name.Length > 0 && request.Name != name || request.Series != default && Definition(request.Series) != series))
                throw Refusal.InvalidArgument("name", "must be the same, with series, in every message that has it").AsException();
            while (Next(lines, call, out var value, out var line, out var body))
            {
                if (value is { } good)
                    await WriteAsync(call, good, line, body, cancellationToken);
                else if (call.Rejected.Count >= QuarantinedAtOnce)
                    await QuarantineAsync(call, cancellationToken);
            }
        }
        while (await NextAsync(requests, lines, cancellationToken));

        if (lines.TryReadLast(out var last) && Read(last, lines.Number, call, out var lastBody) is { } end)
            await WriteAsync(call, end, lines.Number, lastBody, cancellationToken);
        foreach (var (line, body) in await import.TakeRepeatedAsync(cancellationToken))
            call.Rejected.Add(new Rejected(ImportReader.Repeated, body, line));
        await QuarantineAsync(call, cancellationToken);
        var stored = await import.CommitAsync(cancellationToken);
        (call.Answer.RowsNew, call.Answer.RowsChanged, call.Answer.RowsUnchanged) = (stored.New, stored.Changed, stored.Unchanged);
        logger.Imported(name, series.Name, call.Answer.RowsRead, stored.New, stored.Changed, call.Answer.RowsRejected);
        return call.Answer;
    }

    private static (string Name, SeriesDefinition Series, long FirstLine) Subject(ImportSeriesRequest first)
    {
        var name = first.Name;
        if (name.Length is 0 or > LongestName || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
            throw Refusal.InvalidArgument("name", $"must have 1 to {LongestName} of a-z, 0-9, '-', '_' and '.', and begin with a letter or digit").AsException();
        return (
            name,
            Definition(first.Series) ?? throw Refusal.InvalidArgument("series", "must be one of the values of its enum").AsException(),
            first.FirstLine == 0 ? 2 : Field.Range(first.FirstLine, "first_line", 2, long.MaxValue / 2));
    }

    // Leaves the rest of the piece for the lines to come.
    private static async Task<ImportColumns> ColumnsAsync(
        IAsyncStreamReader<ImportSeriesRequest> requests, LineSplitter lines, SeriesDefinition series, CancellationToken cancellationToken)
    {
        lines.Feed(requests.Current.Data.Memory);
        do
        {
            if (lines.TryRead(out var header))
                return ImportColumns.Read(Text(header), series);
        }
        while (await NextAsync(requests, lines, cancellationToken));
        return lines.TryReadLast(out var only) ? ImportColumns.Read(Text(only), series) : throw Nothing();
    }

    private static string Text(ReadOnlySpan<byte> header) => System.Text.Unicode.Utf8.IsValid(header)
        ? Encoding.UTF8.GetString(header).TrimStart('\uFEFF')
        : throw Refusal.InvalidArgument("data", "must be UTF-8 text, and line 1 is not").AsException();

    private static async Task<bool> NextAsync(IAsyncStreamReader<ImportSeriesRequest> requests, LineSplitter lines, CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken))
            return false;
        lines.Feed(requests.Current.Data.Memory);
        return true;
    }

    // False when the piece is at its end; a line that has no value is empty or was rejected.
    private static bool Next(LineSplitter lines, Call call, out ImportValue? value, out long number, out string? body)
    {
        (value, body) = (null, null);
        var found = lines.TryRead(out var line);
        number = lines.Number;
        if (found)
            value = Read(line, number, call, out body);
        return found;
    }

    private static ImportValue? Read(ReadOnlySpan<byte> line, long number, Call call, out string? body)
    {
        body = null;
        if (line.IndexOfAnyExcept(" \t\r"u8) < 0)
            return null;
        call.Answer.RowsRead++;
        if (call.Reader.Read(line, number, out var value) is not { } reason)
        {
            body = call.KeepsBodies ? Encoding.UTF8.GetString(line) : null;
            return value;
        }

        call.Rejected.Add(new Rejected(reason, Encoding.UTF8.GetString(line), number));
        return null;
    }

    private static async ValueTask WriteAsync(Call call, ImportValue value, long line, string? body, CancellationToken cancellationToken)
    {
        if (value.Forecast is { } forecast)
            await call.Import.WriteAsync(
                new SeriesValue(call.Series.Table(isForecast: true, value.RegionId is not null)!, value.Start, forecast)
                {
                    RegionId = value.RegionId,
                    // Of a half hour that is over the source names the actual.
                    Index = value.Actual is null ? value.Index : null,
                    CapturedAt = value.CapturedAt,
                }, line, body, cancellationToken);
        if (value.Actual is { } actual)
            await call.Import.WriteAsync(
                new SeriesValue(call.Series.Table(isForecast: false, value.RegionId is not null)!, value.Start, actual) { RegionId = value.RegionId, Index = value.Index },
                line, body, cancellationToken);
    }

    // Carbon intensity when absent.
    private static SeriesDefinition? Definition(ImportedSeries named) => named == ImportedSeries.Unspecified
        ? SeriesDefinition.CarbonIntensity
        : SeriesDefinition.All.FirstOrDefault(series => series.Imported == named);

    private static async Task QuarantineAsync(Call call, CancellationToken cancellationToken)
    {
        await call.Import.QuarantineAsync(call.Series.Name, call.Rejected, cancellationToken);
        call.Answer.RowsRejected += call.Rejected.Count;
        call.Answer.Rejected.AddRange(call.Rejected.Take(MostReported - call.Answer.Rejected.Count).Select(r => new RejectedLine { Line = r.Line, Reason = r.Reason }));
        call.Rejected.Clear();
    }

    private static RefusalException Nothing() => Refusal.InvalidArgument("data", "must begin with a line that names the columns, and nothing was sent").AsException();

    private sealed record Call(SeriesBatch Import, SeriesDefinition Series, ImportReader Reader, bool KeepsBodies, ImportSeriesResponse Answer)
    {
        public List<Rejected> Rejected { get; } = [];
    }
}
