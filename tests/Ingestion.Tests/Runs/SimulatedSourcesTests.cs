namespace Pylon.Ingestion.Tests.Runs;

/// <summary>Runs over HTTP against the sources as the sandbox simulates them, at 2026-03-10T08:00Z.</summary>
public sealed class SimulatedSourcesTests
{
    // The rows of the file that is new every hour: its date may have moved before its rows were there, so it is read again.
    private const long ChangedInTheLastHour = 14 * 48;

    [Fact]
    public async Task EveryDatasetIsReadWithoutLossAndTheSameAgainChangesNothing()
    {
        await using var sources = await SimulatedSources.StartAsync();
        var first = await sources.RunAsync();

        Assert.All(first.Values, s => Assert.Equal(("succeeded", "", 0L, 0L, 0L), (s.Status, s.Error, s.Rejected, s.Missing, s.Changed)));
        Assert.Equal(97L + 48, await sources.CountAsync("carbon_intensity_national WHERE forecast_gco2_kwh IS NOT NULL AND source = 'carbon-intensity'"));
        Assert.Equal(48L, await sources.CountAsync("carbon_intensity_national WHERE actual_gco2_kwh IS NOT NULL"));
        Assert.Equal(97L * 18, await sources.CountAsync("carbon_intensity_regional"));
        Assert.Equal(97L * 18 * 9, await sources.CountAsync("generation_mix_regional"));
        Assert.Equal(9L, await sources.CountAsync("generation_mix_national"));
        Assert.Equal(12L, await sources.CountAsync("demand_forecast_national WHERE source = 'neso' AND cardinal_point <> ''"));
        Assert.Equal(32L + 48, await sources.CountAsync("demand_forecast_national WHERE source = 'elexon'"));
        Assert.Equal(48L + 15, await sources.CountAsync("demand_actual_national WHERE source = 'elexon'"));
        Assert.Equal((48L + 15, 2 * (48L + 15)), (await sources.CountAsync("wholesale_prices WHERE price_type = 'system'"), await sources.CountAsync("wholesale_prices WHERE price_type = 'market_index'")));
        Assert.Equal(14L * 48, await sources.CountAsync("embedded_generation_forecast"));

        await sources.AnswersAsync("carbon-intensity");
        var again = await sources.RunAsync();
        Assert.All(again.Values, s => Assert.Equal(("succeeded", 0L, 0L), (s.Status, s.New, s.Changed)));
        Assert.Equal((first["carbon-intensity"].Read, ChangedInTheLastHour), (again["carbon-intensity"].Read, again["neso"].Read));
        Assert.All(await sources.AnswersAsync("carbon-intensity"), answer => Assert.Equal("304", answer));

        sources.Restart();
        var restarted = await sources.RunAsync();
        Assert.All(restarted.Values, s => Assert.Equal((0L, 0L), (s.New, s.Changed)));
        Assert.Equal(first["neso"].Read, restarted["neso"].Read);
    }

    [Fact]
    public async Task RevisedActualChangesOneRowAndALaterForecastIsKeptBesideTheFirst()
    {
        await using var sources = await SimulatedSources.StartAsync();
        await sources.RunAsync();
        sources.Time.Advance(TimeSpan.FromMinutes(30));
        var next = await sources.RunAsync();

        Assert.All(next.Values, s => Assert.Equal(("succeeded", 0L), (s.Status, s.Rejected)));
        Assert.Equal(1, next["carbon-intensity"].Changed);
        Assert.Equal(49L, await sources.CountAsync("carbon_intensity_national WHERE actual_gco2_kwh IS NOT NULL"));
        Assert.Equal(
            "02:00 07:30",
            await sources.ReadAsync(
                """
                SELECT string_agg(to_char(window_start AT TIME ZONE 'UTC', 'HH24:MI'), ' ' ORDER BY window_start) FROM ingestion.carbon_intensity_national
                WHERE actual_gco2_kwh IS NOT NULL AND captured_at = '2026-03-10T08:30Z'
                """));
        Assert.Equal(2L, await sources.CountAsync("carbon_intensity_national WHERE window_start = '2026-03-11T12:00Z'"));
    }

    [Fact]
    public async Task SourceThatFailsDoesNotAffectTheOthersAndRecoversAfterItsCircuitCloses()
    {
        await using var sources = await SimulatedSources.StartAsync();
        await sources.FaultAsync("elexon", new { kind = "http_error", action = "demand-outturn", count = 2, http_status = 503 });
        await sources.FaultAsync("elexon", new { kind = "drop_connection", action = "demand-forecast" });
        Assert.All((await sources.RunAsync()).Values, s => Assert.Equal("succeeded", s.Status));

        sources.Time.Advance(TimeSpan.FromMinutes(30));
        await sources.FaultAsync("elexon", new { kind = "http_error", count = 0 });
        await sources.FaultAsync("neso", new { kind = "malformed_body", action = "package_show", match = "daily-demand-update" });
        await sources.AnswersAsync("elexon");
        var down = await sources.RunAsync();
        Assert.Equal(("succeeded", "partial", "failed"), (down["carbon-intensity"].Status, down["neso"].Status, down["elexon"].Status));
        Assert.Equal("daily-demand-update: the body is not JSON", down["neso"].Error);
        Assert.Contains("market-index: not sent: most requests to the source failed, so its circuit is open", down["elexon"].Error);
        Assert.Equal(Enumerable.Repeat("500", 8), await sources.AnswersAsync("elexon"));

        await sources.ClearFaultsAsync("elexon");
        sources.Time.Advance(SimulatedSources.Options.BreakDuration);
        Assert.All((await sources.RunAsync()).Values, s => Assert.Equal("succeeded", s.Status));
    }

    [Fact]
    public async Task FailureWithASuccessStatusIsAnErrorAndTheNextRunReadsItAgain()
    {
        await using var sources = await SimulatedSources.StartAsync();
        await sources.FaultAsync("neso", new { kind = "success_false", action = "datastore_search", match = "177f6fa4" });
        await sources.FaultAsync("carbon-intensity", new { kind = "empty_object", action = "regional" });
        var first = await sources.RunAsync();
        var second = await sources.RunAsync();

        Assert.Equal("daily-demand-update: the source says success=false Internal Server Error The action could not be carried out.", first["neso"].Error);
        Assert.Equal("regional: the answer has no rows", first["carbon-intensity"].Error);
        Assert.Equal(("succeeded", 14L * 48), (second["neso"].Status, second["neso"].New));
        Assert.Equal(("succeeded", 97L * 18), (second["carbon-intensity"].Status, await sources.CountAsync("carbon_intensity_regional")));
    }

    [Fact]
    public async Task ImpossibleValuesAreQuarantinedWithTheirReason()
    {
        await using var sources = await SimulatedSources.StartAsync();
        await sources.FaultAsync("carbon-intensity", new { kind = "outlier", match = "pt24h" });
        await sources.FaultAsync("carbon-intensity", new { kind = "duplicate_rows", match = "pt24h" });
        await sources.FaultAsync("carbon-intensity", new { kind = "negative", action = "regional" });
        await sources.FaultAsync("carbon-intensity", new { kind = "missing_rows", match = "intensity/2026-03-10T08:00Z/fw48h", keep_items = 3 });
        await sources.FaultAsync("neso", new { kind = "zero", match = "177f6fa4" });
        var run = await sources.RunAsync();

        Assert.All(run.Values, s => Assert.Equal("succeeded", s.Status));
        Assert.Equal((2L + 18, 3L, 1L), (run["carbon-intensity"].Rejected, run["carbon-intensity"].Missing, run["neso"].Rejected));
        Assert.Equal(
            "ND 0 is not from 1 to 99999; forecast -50 is not from 0 to 1000; forecast -50 is not from 1 to 1000; forecast 2856 is not from 1 to 1000; the same as an earlier row of the body",
            await sources.ReadAsync("SELECT string_agg(reason, '; ' ORDER BY reason COLLATE \"C\") FROM (SELECT DISTINCT reason FROM ingestion.quarantine) reasons"));
    }

    [Theory]
    [InlineData("carbon-intensity", "intensity")]
    [InlineData("carbon-intensity", "regional")]
    [InlineData("carbon-intensity", "generation")]
    [InlineData("elexon", "system-prices")]
    [InlineData("elexon", "market-index")]
    [InlineData("elexon", "demand-outturn")]
    [InlineData("elexon", "demand-forecast")]
    [InlineData("neso", "datastore_search")]
    public async Task AnswerFromWhichNothingIsLearntIsNoSuccessAndLeavesTheSourceStale(string source, string action)
    {
        // The generation of now is one object without rows.
        foreach (var kind in action == "generation" ? ["empty_data"] : new[] { "null_values", "empty_data" })
        {
            await using var sources = await SimulatedSources.StartAsync();
            await sources.FaultAsync(source, new { kind, action, count = 0, keep_items = 100_000 });

            var run = await sources.RunAsync();

            Assert.NotEqual("succeeded", run[source].Status);
            Assert.Null(run[source].FreshAt);
            Assert.All(run.Where(s => s.Key != source), s => Assert.Equal("succeeded", s.Value.Status));
        }
    }

    [Fact]
    public async Task ForecastShorterThanAskedIsListedInTheRun()
    {
        await using var sources = await SimulatedSources.StartAsync();
        await sources.FaultAsync("carbon-intensity", new { kind = "few_rows", match = "intensity/2026-03-10T08:00Z/fw48h", keep_items = 5 });

        var run = (await sources.RunAsync())["carbon-intensity"];

        Assert.Equal(("succeeded", 92L), (run.Status, run.Missing));
        Assert.Equal("carbon_intensity_national.forecast_gco2_kwh from 2026-03-10T10:00Z to 2026-03-12T08:00Z", Assert.Single(run.MissingSpans));
    }

    [Fact]
    public async Task AfterAnOutageOfThreeDaysWhatWasPublishedMeanwhileIsReadAndWhatIsStillMissingIsListed()
    {
        await using var sources = await SimulatedSources.StartAsync();
        await sources.RunAsync();
        sources.Time.Advance(TimeSpan.FromDays(3));
        await sources.FaultAsync("elexon", new { kind = "missing_rows", match = "system-prices/2026-03-11", keep_items = 2 });

        var run = await sources.RunAsync();

        Assert.All(run.Values, s => Assert.Equal("succeeded", s.Status));
        Assert.Equal(48L * 4, await sources.CountAsync("carbon_intensity_national WHERE actual_gco2_kwh IS NOT NULL"));
        Assert.Equal(0L, await sources.CountAsync(
            "generate_series(timestamptz '2026-03-09T08:00Z', '2026-03-13T06:00Z', interval '30 minutes') t WHERE NOT EXISTS (SELECT FROM ingestion.demand_actual_national d WHERE d.window_start = t AND source = 'elexon')", schema: ""));
        Assert.Equal(0L, await sources.CountAsync(
            "generate_series(timestamptz '2026-03-10T08:00Z', '2026-03-13T06:00Z', interval '30 minutes') t WHERE NOT EXISTS (SELECT FROM ingestion.generation_mix_national d WHERE d.window_start = t)", schema: ""));
        Assert.Equal((0L, 0L, 4L), (run["carbon-intensity"].Missing, run["neso"].Missing, run["elexon"].Missing));
        Assert.Equal(["imbalance_volume.volume_mwh from 2026-03-11T", "wholesale_prices.price_gbp_mwh from 2026-03-11T"], run["elexon"].MissingSpans.Select(span => span[..span.IndexOf('T')] + "T").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PortalIsReadAgainForWhatWasNotStored()
    {
        await using var sources = await SimulatedSources.StartAsync();
        var neso = sources.Neso();
        async Task<long> IngestAsync(bool stored)
        {
            var rows = 0L;
            await foreach (var reading in neso.ReadAsync(sources.Time.GetUtcNow(), null, default))
            {
                rows += reading.Body!.RowsRead;
                reading.IsStored = stored;
            }

            return rows;
        }

        var all = await IngestAsync(stored: false);
        Assert.Equal((all, ChangedInTheLastHour), (await IngestAsync(stored: true), await IngestAsync(stored: true)));
        sources.Time.Advance(TimeSpan.FromHours(1));
        Assert.InRange(await IngestAsync(stored: true), 1, all - 1);
    }
}
