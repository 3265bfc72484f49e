using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Freshness;
using Pylon.Ingestion.Runs;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Freshness;

public sealed class FreshnessTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task StaleSourceIsAnAlertOnceAndItsRecoveryToo()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var (freshness, runs) = (new FreshnessStore(database.DataSource), new RunStore(database.DataSource, new DirectDatabase(database.DataSource)));
        await freshness.RegisterAsync(["elexon", "neso"], Noon.AddHours(-3), default);
        await IngestAsync(runs, "neso", "succeeded", "", Noon);
        await IngestAsync(runs, "elexon", "failed", "HTTP 500", Noon);

        var known = await freshness.ReadAsync(default);
        var elexon = known.Single(k => k.Age.Source == "elexon");
        var alerted = new[]
        {
            await freshness.MarkStaleAsync(elexon.Age, elexon.Error, Noon.AddHours(-2), default),
            await freshness.MarkStaleAsync(elexon.Age, elexon.Error, Noon.AddHours(-2), default),
            await freshness.MarkStaleAsync(known.Single(k => k.Age.Source == "neso").Age, "", Noon.AddHours(-2), default),
        };
        await IngestAsync(runs, "elexon", "succeeded", "", Noon);
        await IngestAsync(runs, "elexon", "succeeded", "", Noon.AddHours(1));

        Assert.Equal([true, false, false], alerted);
        Assert.Equal(
            ["pylon.grid.source_stale.v1 elexon HTTP 500", "pylon.grid.source_recovered.v1 elexon "],
            await database.Database.ScalarAsync<string[]>("SELECT array_agg(type || ' ' || subject || ' ' || coalesce(payload->'grid_source_stale'->>'error', '') ORDER BY seq) FROM ingestion.outbox") ?? []);
    }

    [Fact]
    public async Task AlertOfASourceThatIsFreshAgainEndsAlsoWhenItsRunWasKilledBeforeItDidThat()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var freshness = new FreshnessStore(database.DataSource);
        await database.Database.ExecuteAsync($"INSERT INTO ingestion.source_freshness (source, fresh_at, stale) VALUES ('elexon', '{Noon:u}', true), ('neso', '{Noon.AddDays(-1):u}', true)");

        Assert.True(await freshness.EndStalenessAsync("elexon", Noon.AddHours(-2), default));
        Assert.False(await freshness.EndStalenessAsync("elexon", Noon.AddHours(-2), default));
        Assert.False(await freshness.EndStalenessAsync("neso", Noon.AddHours(-2), default));
        Assert.Equal("pylon.grid.source_recovered.v1 elexon", await database.Database.ScalarAsync<string>("SELECT string_agg(type || ' ' || subject, ',') FROM ingestion.outbox"));
    }

    [Fact]
    public async Task ServiceEndsTheAlertThatAKilledRunLeft()
    {
        await using var service = await IngestionService.StartAsync();
        await service.Database.ExecuteAsync($"INSERT INTO ingestion.source_freshness (source, fresh_at, stale) VALUES ('elexon', '{service.Time.GetUtcNow():u}', true)");
        service.Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.True(async () => !await service.Database.ScalarAsync<bool>("SELECT stale FROM ingestion.source_freshness WHERE source = 'elexon'"));
    }

    [Fact]
    public void SourceIsStalePastItsLimitAndSyntheticValuesNever()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var time = new FakeTime(Noon);
        var freshness = new SourceFreshness(services.GetRequiredService<IMeterFactory>(), Options.Create(new SourcesOptions { StaleAfter = TimeSpan.FromHours(2) }), time);
        freshness.Update([new SourceAge("neso", Noon.AddHours(-1), Noon.AddDays(-9), false), new SourceAge("elexon", null, Noon.AddHours(-3), false)]);

        Assert.Equal([false, true, false], new[] { "neso", "elexon", "synthetic" }.Select(freshness.IsStale));
        time.Advance(TimeSpan.FromHours(1.1));
        Assert.True(freshness.IsStale("neso"));
    }

    private static async Task IngestAsync(RunStore runs, string source, string status, string error, DateTimeOffset now)
    {
        var id = Guid.NewGuid();
        await runs.BeginAsync(id, null, "request", now, DateTimeOffset.MaxValue, default);
        await runs.BeginSourceAsync(id, source, now, default);
        await runs.EndSourceAsync(id, new SourceOutcome(source, status, 0, 0, 0, 0, 0, 0, now, now, error, null), default);
    }
}
