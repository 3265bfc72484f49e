using Grpc.Core;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.V1;
using Pylon.Rpc;

namespace Pylon.Ingestion.Import;

/// <summary>
/// Imports a file that arrives in pieces. Memory does not grow with the file: it holds the lines that are being read, some
/// rejected ones, and a bit for each half hour. The pieces wait in a file of their own until the last one is here, so that a
/// caller who is slow or gone holds no connection to the database.
/// </summary>
internal sealed class SeriesImport(SeriesStore store, TimeProvider time, ILogger<SeriesImport> logger)
{
    private const int MostReported = 100;
    private const int QuarantinedAtOnce = 500;
    private const int LongestName = 63;
    private const int AtOnce = 4;
    private const int PieceLength = 64 * 1024;
    private const long LargestFile = 4L * 1024 * 1024 * 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    // Imports wait here for one another, not with a connection each.
    private readonly SemaphoreSlim _turn = new(AtOnce);

    public async Task<ImportSeriesResponse> RunAsync(IAsyncStreamReader<ImportSeriesRequest> requests, CancellationToken cancellationToken)
    {
        if (!await NextAsync(requests, cancellationToken))
            throw NothingSent();
        var (name, series, firstLine) = Subject(requests.Current);
        await using var file = TemporaryFile();
        do
        {
            if (requests.Current is { } request && ((request.Name.Length > 0 && request.Name != name) || (request.Series != default && Definition(request.Series) != series)))
                throw Refusal.InvalidArgument("name", "must be the same, with series, in every message that has it").AsException();
            await file.WriteAsync(requests.Current.Data.Memory, cancellationToken);
            if (file.Length > LargestFile)
                throw Refusal.InvalidArgument("data", "must have at most 4 GiB in one call; send the file in parts").AsException();
        }
        while (await NextAsync(requests, cancellationToken));

        file.Position = 0;
        var lines = new LineBlocks(firstLine);
        var piece = new byte[PieceLength];
        Call? call = null;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (await file.ReadAsync(piece, cancellationToken) is > 0 and var length)
            {
                lines.Feed(piece.AsMemory(0, length));
                while (lines.TryRead(out var block, out var number))
                    call = await ReadAsync(call, block, number);
            }

            if (lines.TryReadLast(out var last, out var lastNumber))
                call = await ReadAsync(call, last, lastNumber);
            return await EndAsync(call ?? throw NothingSent(), name, cancellationToken);
        }
        finally
        {
            if (call is not null)
                await call.Batch.DisposeAsync();
            _turn.Release();
        }

        // The first block begins with the line that names the columns.
        async Task<Call> ReadAsync(Call? begun, string block, long number)
        {
            if (begun is null)
            {
                var end = block.IndexOf('\n') is >= 0 and var n ? n + 1 : block.Length;
                var columns = ImportColumns.Read(block[..end].TrimEnd('\r', '\n'), series);
                (block, number) = (block[end..], firstLine);
                begun = call = new Call(
                    await store.BeginAsync("import:" + name, capturedAt: null, keepsEveryCapture: columns.CapturedAt >= 0, cancellationToken),
                    series, new ImportReader(series, columns, time.GetUtcNow()), new ImportSeriesResponse());
            }

            await ImportAsync(begun, block, number, cancellationToken);
            return begun;
        }
    }

    private async Task<bool> NextAsync(IAsyncStreamReader<ImportSeriesRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            return await requests.MoveNext(cancellationToken).WaitAsync(LongestWait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Refusal.InvalidArgument("data", $"must arrive, or the stream end, within {LongestWait.TotalSeconds:0} s after the message before").AsException();
        }
    }

    // Without a name where the system can, so that nothing is left of it whatever happens to the process.
    private static FileStream TemporaryFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pylon-import-{Path.GetRandomFileName()}");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, PieceLength, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
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

    // Carbon intensity when absent.
    private static SeriesDefinition? Definition(ImportedSeries named) => named == ImportedSeries.Unspecified
        ? SeriesDefinition.CarbonIntensity
        : SeriesDefinition.All.FirstOrDefault(series => series.Imported == named);

    private static async Task ImportAsync(Call call, string block, long number, CancellationToken cancellationToken)
    {
        call.Reader.Read(block, number);
        foreach (var line in call.Reader.Good)
        {
            var isRegional = line.RegionId is not null;
            if (line.Forecast is { } forecast)
            {
                // Of a half hour that is over the source names the actual.
                var value = new SeriesValue(call.Series.Table(isForecast: true, isRegional)!, line.Start, forecast)
                {
                    RegionId = line.RegionId,
                    Index = line.Actual is null ? line.Index : null,
                    CapturedAt = line.CapturedAt,
                };
                await call.Batch.WriteAsync(value, line.Line, line.Body, cancellationToken);
            }

            if (line.Actual is { } actual)
            {
                var value = new SeriesValue(call.Series.Table(isForecast: false, isRegional)!, line.Start, actual) { RegionId = line.RegionId, Index = line.Index };
                await call.Batch.WriteAsync(value, line.Line, line.Body, cancellationToken);
            }
        }

        if (call.Reader.Rejected.Count >= QuarantinedAtOnce)
            await QuarantineAsync(call, cancellationToken);
    }

    private async Task<ImportSeriesResponse> EndAsync(Call call, string name, CancellationToken cancellationToken)
    {
        foreach (var (line, body) in await call.Batch.TakeRepeatedAsync(cancellationToken))
            call.Reader.Rejected.Add(new Rejected(ImportReader.Repeated, body, line));
        await QuarantineAsync(call, cancellationToken);
        var stored = await call.Batch.CommitAsync(cancellationToken);
        var answer = call.Answer;
        (answer.RowsRead, answer.RowsNew, answer.RowsChanged, answer.RowsUnchanged) = (call.Reader.LinesRead, stored.New, stored.Changed, stored.Unchanged);
        logger.Imported(name, call.Series.Name, answer.RowsRead, stored.New, stored.Changed, answer.RowsRejected);
        return answer;
    }

    private static async Task QuarantineAsync(Call call, CancellationToken cancellationToken)
    {
        var rejected = call.Reader.Rejected;
        await call.Batch.QuarantineAsync(call.Series.Name, rejected, cancellationToken);
        call.Answer.RowsRejected += rejected.Count;
        call.Answer.Rejected.AddRange(rejected.Take(MostReported - call.Answer.Rejected.Count).Select(r => new RejectedLine { Line = r.Line, Reason = r.Reason }));
        rejected.Clear();
    }

    private static RefusalException NothingSent() => Refusal.InvalidArgument("data", "must begin with a line that names the columns, and nothing was sent").AsException();

    private sealed record Call(SeriesBatch Batch, SeriesDefinition Series, ImportReader Reader, ImportSeriesResponse Answer);
}
