using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Pylon.Conductor.Shared;
using Pylon.Messaging;
using Pylon.Postgres;

namespace Pylon.Conductor.Circuits;

/// <summary>The circuits of Redis and PostgreSQL, and what /metrics shows of them.</summary>
internal sealed class StoreCircuits
{
    public StoreCircuits(IOptions<ConductorOptions> options, IMeterFactory meters, TimeProvider time, ILogger<StoreCircuits> logger)
    {
        Redis = new Circuit("redis", RedisFailure.IsUnreachable, options.Value.BreakDuration, time, logger);
        Postgres = new Circuit("postgres", PostgresFailure.IsTransient, options.Value.BreakDuration, time, logger);
        var meter = meters.Create("Pylon.Conductor");
        meter.CreateObservableGauge("bcs_circuit_state", () => Each(c => (int)c.State), description: "0 closed, 1 open, 2 half open, by peer");
        meter.CreateObservableCounter("bcs_circuit_opened", () => Each(c => c.Opened), "{time}", "How often a circuit was opened, by peer");
    }

    public Circuit Redis { get; }

    public Circuit Postgres { get; }

    private IEnumerable<Measurement<long>> Each(Func<Circuit, long> value) =>
        new[] { Redis, Postgres }.Select(c => new Measurement<long>(value(c), KeyValuePair.Create<string, object?>("peer", c.Peer)));
}
