using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Market;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Runs;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Zones;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Runs;

/// <summary>A sandbox on a free port that simulates the sources, and ingestion runs that read them, on one clock that a test moves.</summary>
internal sealed class SimulatedSources : IAsyncDisposable
{
    private readonly WebApplication _sandbox;
    private readonly IngestionDatabase _database;
    private readonly HttpClient _http;
    private PipelineRunner _runner;

    private SimulatedSources(WebApplication sandbox, IngestionDatabase database, FakeTime time)
    {
        (_sandbox, _database, Time) = (sandbox, database, time);
        _http = new HttpClient { BaseAddress = new Uri(sandbox.Urls.First()) };
        Store = new RunStore(database.DataSource, new DirectDatabase(database.DataSource));
        _runner = Runner();
    }

    public FakeTime Time { get; }

    public string Url => _sandbox.Urls.First();

    public RunStore Store { get; }

    /// <summary>No pauses, also before an attempt is repeated: the clock stands still.</summary>
    public static SourcesOptions Options { get; } = new() { RetryPause = TimeSpan.Zero, RequestPause = TimeSpan.Zero, NesoDatastorePause = TimeSpan.Zero };

    public static SourceMetrics Metrics { get; } =
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    public static async Task<SimulatedSources> StartAsync()
    {
        var time = new FakeTime(new DateTimeOffset(2026, 3, 10, 8, 0, 0, TimeSpan.Zero));
        var sandbox = Sandbox.Program.Build(["--PYLON_HTTP_PORT=0"], builder => builder.Services.AddSingleton<TimeProvider>(time));
        await sandbox.StartAsync();
        return new SimulatedSources(sandbox, await IngestionDatabase.CreateAsync(), time);
    }

    /// <summary>Runs once, and gives the outcomes by source.</summary>
    public async Task<Dictionary<string, SourceOutcome>> RunAsync()
    {
        var (id, done) = (await _runner.TryBeginAsync("request", null, [], DateTimeOffset.MaxValue, default))!.Value;
        await done;
        return (await Store.FindAsync(id, default))!.Sources.ToDictionary(s => s.Source);
    }

    /// <summary>What was known of the sources is forgotten, as by a new process.</summary>
    public void Restart() => _runner = Runner();

    public NesoSource Neso() => new(Client(NesoSource.Id, "neso/api/3/action"), Options);

    public async Task FaultAsync(string source, object fault) => (await _http.PostAsJsonAsync($"/grid/{source}/faults", fault)).EnsureSuccessStatusCode();

    public async Task ClearFaultsAsync(string source) => (await _http.DeleteAsync($"/grid/{source}/faults")).EnsureSuccessStatusCode();

    /// <summary>How the requests to a source were answered since the last time, oldest first.</summary>
    public async Task<IReadOnlyList<string>> AnswersAsync(string source)
    {
        var log = await _http.GetFromJsonAsync<System.Text.Json.JsonElement>($"/grid/{source}/requests");
        await _http.DeleteAsync($"/grid/{source}/requests");
        return [.. log.GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("answer").GetString()!)];
    }

    public Task<long> CountAsync(string from, string schema = "ingestion.") => _database.Database.ScalarAsync<long>($"SELECT count(*) FROM {schema}{from}");

    public Task<string?> ReadAsync(string sql) => _database.Database.ScalarAsync<string>(sql);

    public static PipelineRunner Runner(IngestionDatabase database, RunStore store, TimeProvider time, params GridSource[] sources) =>
        Runner(database, store, time, NullLogger<PipelineRunner>.Instance, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), sources);

    public static PipelineRunner Runner(
        IngestionDatabase database, RunStore store, TimeProvider time, ILogger<PipelineRunner> logger, ApplicationLifetime lifetime, params GridSource[] sources) => new(
        store, new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System), new MarketStore(database.DataSource, new ZoneResolver(new ZoneStore(database.DataSource))),
        sources, lifetime, time, logger);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.StopAsync();
        await _sandbox.DisposeAsync();
        await _database.DisposeAsync();
    }

    private PipelineRunner Runner() => Runner(
        _database, Store, Time, new CarbonIntensitySource(Client(CarbonIntensitySource.Id, "carbon-intensity"), Options), Neso(),
        new ElexonSource(Client(ElexonSource.Id, "elexon"), Options));

    private SourceClient Client(string source, string path) =>
        new(source, _http, new Uri(_sandbox.Urls.First() + "/" + path), Options, Time, Metrics, NullLogger<SourceClient>.Instance);
}
