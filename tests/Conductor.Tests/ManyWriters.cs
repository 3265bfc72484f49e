using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Conductor.Batches;
using Pylon.Conductor.V1;

namespace Pylon.Conductor.Tests;

/// <summary>Reports on one batch by many writers, in random order, some of them repeated.</summary>
internal sealed class ManyWriters(string batch, int reports, int entities)
{
    private readonly Random _random = new(64);

    /// <summary>Reports that were answered.</summary>
    public ConcurrentDictionary<string, ReportPhaseRequest> Acknowledged { get; } = new();

    public BatchState Model { get; } = new();

    public ReportPhaseRequest[] Make()
    {
        string[] phases = ["prepare", "train"];
        var made = Enumerable.Range(0, reports - (reports / 10)).Select(i => new ReportPhaseRequest
        {
            BatchId = batch,
            Phase = phases[i % 2],
            EntityId = $"e{i / 2 % entities}",
            Status = _random.Next(4) == 0 ? PhaseStatus.Failed : PhaseStatus.Success,
            EventId = Guid.NewGuid().ToString(),
        }).ToList();
        // Which of several failures counts depends on their order, so only completions tell an energy.
        foreach (var report in made.Where(r => r.Status == PhaseStatus.Success))
        {
            var entity = int.Parse(report.EntityId[1..], System.Globalization.CultureInfo.InvariantCulture);
            report.EnergyKwh = 0.1 * entity;
            report.StartedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(56).AddMilliseconds(entity));
            report.EndedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(56).AddSeconds(entity));
        }

        made.AddRange(Enumerable.Range(0, reports / 10).Select(_ => made[_random.Next(made.Count)]).ToList());
        var sent = made.ToArray();
        _random.Shuffle(sent);
        return sent;
    }

    /// <summary>Sends all; with <paramref name="persist"/> repeats what is not answered, as a caller would.</summary>
    public async Task SendAsync(IReadOnlyList<ConductorService> services, ReportPhaseRequest[] sent, bool persist, CancellationToken cancellationToken)
    {
        var next = 0;
        await Parallel.ForEachAsync(sent, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken }, async (report, token) =>
        {
            var service = services[Interlocked.Increment(ref next) % services.Count];
            while (true)
            {
                try
                {
                    await service.Pipelines.ReportPhaseAsync(report, cancellationToken: token);
                    Acknowledged[report.EventId] = report;
                    return;
                }
                catch (RpcException e) when (persist && e.StatusCode == StatusCode.Unavailable)
                {
                    await Task.Delay(50, token);
                }
            }
        });
    }

    public void Expect(IEnumerable<ReportPhaseRequest> requests)
    {
        foreach (var r in requests)
        {
            var work = PhaseWork.Parse(r.HasEnergyKwh ? r.EnergyKwh : null, r.StartedAt, r.EndedAt);
            Model.Apply(new PhaseReport(Guid.Parse(r.EventId), batch, r.Phase, r.EntityId, r.Status == PhaseStatus.Success, "", "", default) { Work = work });
        }
    }

    /// <summary>The state is exact, and each change has one event.</summary>
    public async Task AssertAsync(ConductorService service)
    {
        var expected = Model.Snapshot(batch);
        var found = (await service.Batches.FindAsync(batch, default))!;
        Assert.Equal(expected.Phases.Values.OrderBy(p => p.Phase), found.Phases.Values.OrderBy(p => p.Phase));
        Assert.Equal(expected.Total, found.Total);
        var events = await service.EventsAsync();
        Assert.Equal(events.Count, events.Select(e => e.Id).Distinct().Count());
        // An entity fails at most once and completes at most once in the events of a phase.
        var published = events.Select(e => (e.BatchPhaseProgressed.PhaseName, e.BatchPhaseProgressed.EntityId, e.BatchPhaseProgressed.Succeeded)).ToList();
        Assert.Equal(published.Count, published.Distinct().Count());
        Assert.Equal(
            expected.Phases.Values.Sum(p => p.Completed),
            published.Count(p => p.Succeeded));
    }
}
