using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Client;
using Pylon.Conductor.V1;
using Pylon.Insights.V1;

namespace Pylon.Bench.Faults;

/// <summary>
/// Reports of phases and emission events through the Gateway, as many as are asked for, each of its own id. What gets no answer is sent
/// again under the same id until it is acknowledged.
/// </summary>
internal sealed class OperationLoad(PylonClient client, string cell)
{
    /// <summary>Reports and events of a run, of which so many are reports.</summary>
    private const int OneReportIn = 6;

    private const int Reporters = 24;
    private const int EventsTogether = 500;
    private const int Senders = 2;
    private const string Phase = "spellcheck";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // A fixed hour of the past, so that the sum of the hour says how often each event was counted.
    private static readonly DateTimeOffset Hour = new(2026, 1, 5, 10, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentDictionary<string, long> _reported = new(StringComparer.Ordinal);
    private long _recorded;
    private long _repeated;

    /// <summary>Entities whose report was acknowledged, by batch.</summary>
    public IReadOnlyDictionary<string, long> Reported => _reported;

    /// <summary>Events that were acknowledged.</summary>
    public long Recorded => Interlocked.Read(ref _recorded);

    /// <summary>Calls that were made again.</summary>
    public long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>Whose hourly sum the events are in.</summary>
    public string Supplier => $"faults {cell}";

    /// <summary>Both kinds, side by side: at least so many, and more until it is told that it is enough. All are acknowledged then.</summary>
    /// <exception cref="TimeoutException">One was not within two minutes.</exception>
    public Task RunAsync(int operations, CancellationToken enough, CancellationToken cancellationToken)
    {
        var (reports, lists) = (operations / OneReportIn, (operations - (operations / OneReportIn)) / EventsTogether);
        return Task.WhenAll(
        [
            .. Enumerable.Range(0, Reporters).Select(reporter => ReportAsync(reporter, Share(reports, Reporters, reporter), enough, cancellationToken)),
            .. Enumerable.Range(0, Senders).Select(sender => RecordAsync(sender, Share(lists, Senders, sender), enough, cancellationToken)),
        ]);
    }

    private static int Share(int all, int parts, int part) => (all / parts) + (part < all % parts ? 1 : 0);

    private async Task ReportAsync(int reporter, int atLeast, CancellationToken enough, CancellationToken cancellationToken)
    {
        var batch = $"faults-{cell}-{reporter % 8}";
        for (var n = 0; n < atLeast || !enough.IsCancellationRequested; n++)
        {
            var report = new ReportPhaseRequest
            {
                BatchId = batch,
                Phase = Phase,
                EntityId = $"{reporter}-{n}",
                Status = PhaseStatus.Success,
                EventId = Guid.NewGuid().ToString(),
                EnergyKwh = 1,
            };
            await UntilAcknowledgedAsync(() => client.Pipelines.ReportPhaseAsync(report, cancellationToken: cancellationToken).ResponseAsync, cancellationToken);
            _reported.AddOrUpdate(batch, 1, (_, before) => before + 1);
        }
    }

    private async Task RecordAsync(int sender, int atLeast, CancellationToken enough, CancellationToken cancellationToken)
    {
        for (var n = 0; n < atLeast || !enough.IsCancellationRequested; n++)
        {
            if (n >= atLeast)
                await Task.Delay(Pause, cancellationToken);
            var request = new RecordEventsRequest();
            request.Events.AddRange(Enumerable.Range(0, EventsTogether).Select(one => new EmissionEvent
            {
                EventId = $"faults-{cell}-{sender}-{n}-{one}",
                EventType = "logistics",
                SupplierId = Supplier,
                Timestamp = Hour.ToTimestamp(),
                DistanceKm = 1,
                LoadKg = 1000,
                VehicleType = "truck_diesel",
                ReportedCo2Kg = 1,
            }));
            var answer = await UntilAcknowledgedAsync(() => client.EmissionEvents.RecordEventsAsync(request, cancellationToken: cancellationToken).ResponseAsync, cancellationToken);
            if (answer.Accepted + answer.Duplicates != EventsTogether)
                throw new InvalidOperationException($"{answer.Quarantined} events are quarantined: {answer.Results.First(result => result.Reason.Length > 0)}");
            Interlocked.Add(ref _recorded, EventsTogether);
        }
    }

    private async Task<T> UntilAcknowledgedAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal or StatusCode.Cancelled && !cancellationToken.IsCancellationRequested)
            {
                if (TimeProvider.System.GetElapsedTime(began) > Patience)
                    throw new TimeoutException($"not acknowledged within {Patience.TotalSeconds:0} s: {e.Status}", e);
                Interlocked.Increment(ref _repeated);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
