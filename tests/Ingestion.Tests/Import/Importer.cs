using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Pylon.Ingestion.Import;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Import;

/// <summary>Imports into a database of one test's own.</summary>
internal sealed class Importer : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 4, 10, 17, 0, TimeSpan.Zero);

    private readonly IngestionDatabase _database;

    private Importer(IngestionDatabase database)
    {
        _database = database;
        Regions = new RegionalStore(database.DataSource);
        Import = new SeriesImport(new SeriesStore(database.DataSource, Regions, Time), Time, NullLogger<SeriesImport>.Instance);
    }

    public FakeTime Time { get; } = new(Now);

    public RegionalStore Regions { get; }

    public SeriesImport Import { get; }

    public IngestionDatabase Database => _database;

    public static async Task<Importer> CreateAsync() => new(await IngestionDatabase.CreateAsync());

    /// <summary>Sends a file in pieces of so many bytes, a minute later than the one before.</summary>
    public Task<ImportSeriesResponse> RunAsync(string file, ImportedSeries series = default, string name = "history", int pieces = 1000) =>
        RunAsync(Encoding.UTF8.GetBytes(file), series, name, pieces);

    public async Task<ImportSeriesResponse> RunAsync(byte[] file, ImportedSeries series = default, string name = "history", int pieces = 1000)
    {
        Time.Advance(TimeSpan.FromMinutes(1));
        var requests = file.Chunk(pieces).Select(piece => new ImportSeriesRequest { Data = ByteString.CopyFrom(piece) }).DefaultIfEmpty(new ImportSeriesRequest()).ToList();
        (requests[0].Name, requests[0].Series) = (name, series);
        return await Import.RunAsync(new Pieces(requests), CancellationToken.None);
    }

    /// <summary>What an import of the file is refused with.</summary>
    public async Task<FieldViolation> RefusedAsync(byte[] file, ImportedSeries series = default, string name = "history")
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(() => RunAsync(file, series, name));
        Assert.Equal(RefusalKind.InvalidArgument, refused.Refusal.Kind);
        return Assert.Single(refused.Refusal.Violations);
    }

    public Task<T?> ScalarAsync<T>(string sql) => _database.Database.ScalarAsync<T>("SET search_path = ingestion; " + sql);

    /// <summary>How many rows a table has of the import.</summary>
    public Task<long> CountAsync(string table, string where = "true", string name = "history") =>
        ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE source = 'import:{name}' AND {where}");

    public static void AssertCounts(ImportSeriesResponse answer, long read, long @new = 0, long changed = 0, long unchanged = 0, long rejected = 0) =>
        Assert.Equal((read, @new, changed, unchanged, rejected), (answer.RowsRead, answer.RowsNew, answer.RowsChanged, answer.RowsUnchanged, answer.RowsRejected));

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private sealed class Pieces(IReadOnlyList<ImportSeriesRequest> requests) : IAsyncStreamReader<ImportSeriesRequest>
    {
        private int _next;

        public ImportSeriesRequest Current => requests[_next - 1];

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(_next++ < requests.Count);
    }
}

/// <summary>One database for the tests of a class, each of which imports under a name of its own.</summary>
public sealed class SharedImporter : IAsyncLifetime
{
    private Importer? _importer;

    internal Importer Importer => _importer ?? throw new InvalidOperationException("not started");

    /// <inheritdoc/>
    public async Task InitializeAsync() => _importer = await Importer.CreateAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_importer is not null)
            await _importer.DisposeAsync();
    }
}
