using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;
using Pylon.Events.V1;
using Pylon.Postgres;

namespace Pylon.Conductor.Tests;

/// <summary>What every implementation of IBatches must do.</summary>
public abstract class BatchesSuite : IAsyncLifetime
{
    private static readonly Catalogue Shipped = Catalogue.Parse(Catalogue.Shipped());
    private readonly string _batch = $"batch-{Guid.NewGuid()}";

    private protected abstract IBatches Batches { get; }

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [Fact]
    public async Task ABatchWithoutReportsAndDefinitionsIsNotFound()
    {
        Assert.Null(await Batches.FindAsync(_batch, default));
        Assert.Empty(await Batches.DefinitionsAsync(_batch, 10, default));
    }

    [Fact]
    public async Task APhaseIsCompleteWhenEveryAnnouncedEntityHasCompletedIt()
    {
        await DefineAsync("nlp", entities: 3);
        Assert.False((await ReportAsync("spellcheck", "e1")).Progress.IsComplete);
        Assert.False((await ReportAsync("spellcheck", "e2")).Progress.IsComplete);
        var last = await ReportAsync("spellcheck", "e3");
        Assert.Equal(new Progress("spellcheck", 3, 0, 3, null), last.Progress);
        Assert.True(last.Progress.IsComplete);
        Assert.Equal(["spellcheck"], (await Batches.FindAsync(_batch, default))!.Complete);
    }

    [Fact]
    public async Task EntitiesAreLearntFromReports()
    {
        await ReportAsync("spellcheck", "e1");
        await ReportAsync("spellcheck", "e2");
        var first = await ReportAsync("nlp", "e1");
        Assert.Equal(new Progress("nlp", 1, 0, 2, null), first.Progress);
        Assert.Equal(["spellcheck"], (await Batches.FindAsync(_batch, default))!.Complete);
    }

    [Fact]
    public async Task AFailureDoesNotCompleteAndACompletionIsNeverUndone()
    {
        Assert.Equal(new Progress("nlp", 0, 1, 1, null), (await ReportAsync("nlp", "e1", succeeded: false)).Progress);
        Assert.False((await ReportAsync("nlp", "e1", succeeded: false)).Changed);
        Assert.Equal(new Progress("nlp", 1, 0, 1, null), (await ReportAsync("nlp", "e1")).Progress);
        var late = await ReportAsync("nlp", "e1", succeeded: false);
        Assert.False(late.Changed);
        Assert.True(late.Progress.IsComplete);
    }

    [Fact]
    public async Task AReportOnTheWholeBatchCompletesOrFailsThePhaseAtOnce()
    {
        await ReportAsync("spellcheck", "e1", succeeded: false);
        Assert.Equal(new Progress("cj_assessment", 0, 0, 1, false), (await ReportAsync("cj_assessment", "", succeeded: false)).Progress);
        Assert.True((await ReportAsync("cj_assessment", "")).Progress.IsComplete);
        Assert.False((await ReportAsync("cj_assessment", "", succeeded: false)).Changed);
    }

    [Fact]
    public async Task ALaterOrderTakesBackThatPhasesFailedAndANewFailureIsAnnounced()
    {
        var first = Guid.NewGuid();
        await OrderAsync(1);
        await ReportAsync("train", "", succeeded: false, first);
        await ReportAsync("prepare", "");
        Assert.Equal(false, await WholeAsync("train"));
        await OrderAsync(2);
        Assert.Equal((null, true), (await WholeAsync("train"), await WholeAsync("prepare")));
        // Neither that report nor an order before, nor this one, when they are repeated.
        Assert.False((await ReportAsync("train", "", succeeded: false, first)).Changed);
        await OrderAsync(1);
        Assert.Null(await WholeAsync("train"));
        Assert.Equal(false, (await ReportAsync("train", "", succeeded: false)).Progress.Whole);
        Assert.False((await ReportAsync("train", "", succeeded: false)).Changed);
        await OrderAsync(2);
        Assert.Equal(false, await WholeAsync("train"));
        await OrderAsync(long.MaxValue);
        await ReportAsync("train", "");
        Assert.Equal(
            ["train False", "prepare True", "train False", "train True"],
            (await EventsAsync()).Select(e => e.BatchPhaseProgressed).OfType<BatchPhaseProgressed>().Select(e => $"{e.PhaseName} {e.Succeeded}"));

        Task OrderAsync(long revision) => DefineAsync("compute_training", 1, order: new Order(revision, "", "", new Dictionary<string, string>(), 1, null, null, []));

        async Task<bool?> WholeAsync(string phase) => (await Batches.FindAsync(_batch, default))!.Phases[phase].Whole;
    }

    [Fact]
    public async Task TheWorkOfAPhaseIsThatOfTheReportsThatChangedIt()
    {
        var start = DateTimeOffset.UnixEpoch.AddYears(56);
        var id = Guid.NewGuid();
        await Work("e1", true, id, 0.1, start.AddMinutes(5), start.AddMinutes(7));
        await Work("e1", true, id, 0.1, start.AddMinutes(5), start.AddMinutes(7));
        await Work("e1", false, Guid.NewGuid(), 9, start.AddMinutes(-60), start.AddMinutes(60));
        await Work("e2", false, Guid.NewGuid(), 0.2, start, start.AddMinutes(1));
        await Work("e3", true, Guid.NewGuid(), null, null, start.AddMinutes(9));
        var last = await Work("e2", true, Guid.NewGuid(), 0.3, start.AddMinutes(2), null);
        var expected = new PhaseWork(600_000, 3, start, start.AddMinutes(9));
        Assert.Equal(expected, last.Progress.Work);
        Assert.Equal(expected, (await Batches.FindAsync(_batch, default))!.Phases["nlp"].Work);
        var told = (await EventsAsync())[^1].BatchPhaseProgressed;
        Assert.Equal((0.6, 3, start, start.AddMinutes(9)), (told.EnergyKwh, told.EnergyReports, told.StartedAt.ToDateTimeOffset(), told.EndedAt.ToDateTimeOffset()));

        Task<ReportOutcome> Work(string entity, bool succeeded, Guid report, double? kwh, DateTimeOffset? from, DateTimeOffset? to) =>
            Batches.ReportAsync(Report(_batch, "nlp", entity, succeeded, report) with { Work = PhaseWork.Of(kwh, from, to) }, default);
    }

    [Fact]
    public async Task AReportThatIsRepeatedCountsOnceAndTheFirstOfAnIdCounts()
    {
        var id = Guid.NewGuid();
        Assert.True((await ReportAsync("nlp", "e1", id: id)).Changed);
        Assert.False((await ReportAsync("nlp", "e1", id: id)).Changed);
        var other = await ReportAsync("spellcheck", "e2", id: id);
        Assert.False(other.Changed);
        Assert.Equal("nlp", other.Progress.Phase);
        Assert.Equal(1, (await Batches.FindAsync(_batch, default))!.Total);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task EveryChangeIsPublishedOnceAndNothingElse()
    {
        await ReportAsync("spellcheck", "e1", succeeded: false);
        await ReportAsync("spellcheck", "e1");
        await ReportAsync("spellcheck", "e1");
        await ReportAsync("spellcheck", "e1", succeeded: false);
        var events = (await EventsAsync()).Select(e => e.BatchPhaseProgressed).ToList();
        Assert.Equal([false, true], events.Select(e => e.Succeeded));
        Assert.Equal([false, true], events.Select(e => e.PhaseComplete));
    }

    [Fact]
    public async Task TheFirstDefinitionOfAnIdStaysAndIsPublishedOnce()
    {
        await ReportAsync("spellcheck", "");
        var first = await DefineAsync("cj_assessment");
        await ReportAsync("cj_assessment", "");
        var again = await DefineAsync("cj_assessment");
        Assert.Equal(["cj_assessment"], again.Resolution.Final);
        Assert.Equal(first.Id, again.Id);
        Assert.Single(await Batches.DefinitionsAsync(_batch, 10, default));
        var events = await EventsAsync();
        Assert.Equal("spellcheck", Assert.Single(events, e => e.BatchPhaseSkipped is not null).BatchPhaseSkipped.PhaseName);
        Assert.Single(events, e => e.BatchPipelineDefined is not null);
    }

    [Fact]
    public async Task BatchesAreListedByIdAfterAGivenOne()
    {
        foreach (var suffix in new[] { "b", "C", "a" })
            await Batches.ReportAsync(Report($"{_batch}/{suffix}", "nlp", "e", true, Guid.NewGuid()), default);
        Assert.Equal([$"{_batch}/C", $"{_batch}/a"], await Batches.ListAsync(Tenant.All, $"{_batch}/", 2, default));
        Assert.Equal([$"{_batch}/b"], (await Batches.ListAsync(Tenant.All, $"{_batch}/a", 5, default)).Where(id => id.StartsWith(_batch)));
    }

    /// <summary>A random history, with duplicates and in parallel, leads to the state of the model.</summary>
    [Fact]
    public async Task AnyOrderOfReportsLeadsToTheSameState()
    {
        var random = new Random(7);
        var reports = Enumerable.Range(0, 300)
            .Select(_ => Report(_batch, random.Next(2) == 0 ? "spellcheck" : "nlp", $"e{random.Next(60)}", random.Next(3) > 0, Guid.NewGuid()))
            .ToList();
        var model = new BatchState();
        foreach (var report in reports)
            model.Apply(report);
        var sent = reports.Concat(reports.Where(_ => random.Next(4) == 0)).ToArray();
        random.Shuffle(sent);
        await Parallel.ForEachAsync(sent, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (r, _) => await Batches.ReportAsync(r, default));

        var expected = model.Snapshot(_batch);
        var found = (await Batches.FindAsync(_batch, default))!;
        Assert.Equal(expected.Phases.Values.OrderBy(p => p.Phase), found.Phases.Values.OrderBy(p => p.Phase));
        Assert.Equal(expected.Total, found.Total);
        var events = await EventsAsync();
        Assert.Equal(events.Count, events.Select(e => e.Id).Distinct().Count());
        Assert.Equal(found.Revision, events.Count);
    }

    /// <summary>Reports one after another get the answers of the model.</summary>
    [Fact]
    public async Task ARandomHistoryGetsTheAnswersOfTheModel()
    {
        var random = new Random(11);
        var model = new BatchState();
        var known = new Dictionary<Guid, PhaseReport>();
        for (var step = 0; step < 150; step++)
        {
            var id = known.Count > 0 && random.Next(5) == 0 ? known.Keys.ElementAt(random.Next(known.Count)) : Guid.NewGuid();
            var report = Report(_batch, $"{(random.Next(2) == 0 ? "train" : "prepare")}", random.Next(8) == 0 ? "" : $"e{random.Next(10)}", random.Next(2) == 0, id);
            known.TryAdd(id, report);
            Assert.Equal(model.Apply(known[id]), await Batches.ReportAsync(report, default));
        }

        var (expected, found) = (model.Snapshot(_batch), (await Batches.FindAsync(_batch, default))!);
        Assert.Equal((expected.Revision, expected.Total), (found.Revision, found.Total));
        Assert.Equal(expected.Phases.Values.OrderBy(p => p.Phase), found.Phases.Values.OrderBy(p => p.Phase));
    }

    [Fact]
    public async Task EventsOfABatchAreInTheTraceOfItsNewestDefinition()
    {
        const string First = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Second = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        await ReportAsync("train", "e1");
        await DefineAsync("nlp", traceparent: First);
        await ReportAsync("train", "e2");
        await DefineAsync("cj_assessment", traceparent: Second);
        await ReportAsync("train", "e3");
        Assert.Equal(
            ["e1 ", $" {First}", $"e2 {First}", $" {Second}", $"e3 {Second}"],
            (await EventsAsync()).Where(e => e.BatchPhaseSkipped is null).Select(e => $"{e.BatchPhaseProgressed?.EntityId} {e.Traceparent}"));
    }

    private protected abstract Task<IReadOnlyList<Event>> EventsAsync();

    private protected static PhaseReport Report(string batch, string phase, string entity, bool succeeded, Guid id) =>
        new(id, batch, phase, entity, succeeded, succeeded ? "" : "BROKEN", "correlation", DateTimeOffset.UnixEpoch.AddYears(56));

    private Task<ReportOutcome> ReportAsync(string phase, string entity, bool succeeded = true, Guid? id = null) =>
        Batches.ReportAsync(Report(_batch, phase, entity, succeeded, id ?? Guid.NewGuid()), default);

    private async Task<PipelineDefinition> DefineAsync(string pipeline, long? entities = null, string? traceparent = null, Order? order = null)
    {
        var complete = (await Batches.FindAsync(_batch, default))?.Complete ?? new HashSet<string>();
        return await Batches.DefineAsync(
            new PipelineDefinition(
                PipelineDefinition.IdOf(_batch, pipeline, "c"), _batch, Resolver.Resolve(Shipped, Shipped.Pipeline(pipeline)!, complete), "c", entities, DateTimeOffset.UnixEpoch.AddYears(56), traceparent)
            { Order = order },
            default);
    }
}
