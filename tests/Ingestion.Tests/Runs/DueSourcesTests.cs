using Pylon.Ingestion.Runs;

using Pylon.Postgres;

namespace Pylon.Ingestion.Tests.Runs;

public sealed class DueSourcesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task SourceIsDueWhenItsIntervalIsOverAndSoonerWhenItFailed()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new RunStore(database.DataSource, new DirectDatabase(database.DataSource));
        await IngestAsync(store, "old", "succeeded", Noon.AddMinutes(-31));
        await IngestAsync(store, "fresh", "succeeded", Noon.AddMinutes(-10));
        await IngestAsync(store, "failed", "failed", Noon.AddMinutes(-10));
        await IngestAsync(store, "just failed", "partial", Noon.AddMinutes(-1));
        await IngestAsync(store, "mended", "failed", Noon.AddMinutes(-20));
        await IngestAsync(store, "mended", "succeeded", Noon.AddMinutes(-10));

        var due = await store.DueAsync(["old", "fresh", "failed", "just failed", "mended", "never"], Noon.AddMinutes(-30), Noon.AddMinutes(-5), default);

        Assert.Equal(["failed", "never", "old"], due.Order(StringComparer.Ordinal));
    }

    private static async Task IngestAsync(RunStore store, string source, string status, DateTimeOffset at)
    {
        var id = Guid.NewGuid();
        await store.BeginAsync(id, null, "schedule", at, DateTimeOffset.MaxValue, default);
        await store.BeginSourceAsync(id, source, at, default);
        await store.EndSourceAsync(id, new SourceOutcome(source, status, 0, 0, 0, 0, 0, 0, at, at, "", null), default);
        await store.EndAsync(id, status, [], at, default);
    }
}
