using Npgsql;
using Pylon.Insights.Entities;
using Pylon.Insights.Events;
using Pylon.Postgres;

namespace Pylon.Insights.Recording;

/// <summary>Writes and reads events.</summary>
internal sealed class EventStore(TenantDatabase database)
{
    // A batch waits for writers of the same hours.
    private const int Timeout = 60;

    public Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => database.OfAll.OpenConnectionAsync(cancellationToken).AsTask();

    /// <summary>Records events in a transaction; gives the places of those that are new.</summary>
    public static async Task<HashSet<int>> RecordAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PreparedEvent> events, IReadOnlyDictionary<EntityKey, KnownEntity> entities, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = Timeout };
        batch.BatchCommands.Add(Sql.Statement(
            EventSql.Record,
            Of(e => e.Event.OperatorId), Of(e => e.Event.EventId), Of(e => e.Event.Kind), Of(e => entities[e.Entity].Ref), Of(e => e.Event.SupplierId), Of(e => e.Event.RouteId),
            Of(e => e.Event.Start), Of(e => e.Event.End), Of(e => e.Event.DistanceKm), Of(e => e.Event.LoadKg), Of(e => e.Event.VehicleType), Of(e => e.Event.FuelType),
            Of(e => e.Event.Speed), Of(e => e.Event.StopEvents), Of(e => e.Event.TrafficScore), Of(e => e.Event.DeliveryCount), Of(e => e.Event.EnergyKwh),
            Of(e => e.Event.FurnaceUsage), Of(e => e.Event.CoolingLoad), Of(e => e.Event.ShiftHours), Of(e => e.Event.Temperature), Of(e => e.Event.RefrigerationLoad),
            Of(e => e.Event.InventoryVolume), Of(e => (short?)e.Event.RegionId), Of(e => e.Event.WorkloadId), Of(e => e.Event.BatchId), Of(e => e.Event.Source),
            Of(e => e.Event.ReportedKg), Of(e => e.Event.IsOutlier), Of(e => e.Content), Of(e => EventRules.OutputOf(e.Event)), Of(e => e.Co2Kg),
            Of(e => e.Figures.PredictedKg), Of(e => e.Figures.UncertaintyKg), Of(e => e.Figures.Activity), Of(e => e.Figures.FactorSet), Of(e => e.Place)));
        var places = new HashSet<int>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            places.Add(reader.GetInt32(0));
        return places;

        T[] Of<T>(Func<PreparedEvent, T> column) => [.. events.Select(column)];
    }

    /// <summary>The contents of events that are recorded, by tenant and id.</summary>
    public static async Task<Dictionary<(Guid, string), Guid>> ContentsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<PreparedEvent> events, CancellationToken cancellationToken)
    {
        var (operators, ids) = (events.Select(e => e.Event.OperatorId).ToArray(), events.Select(e => e.Event.EventId).ToArray());
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Sql.Statement(EventSql.Contents, operators, ids));
        batch.BatchCommands.Add(Sql.Statement(EventSql.ToldUnder, operators, ids));
        var contents = new Dictionary<(Guid, string), Guid>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(2))
                contents[(reader.GetGuid(0), reader.GetString(1))] = reader.GetGuid(2);
        }

        // Inserted by SQL a moment ago, and not taken up yet.
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var told = EventRow.Read(reader, EventRow.Columns);
            contents[(told.OperatorId, told.EventId)] = told.Content();
        }

        return contents;
    }

    /// <summary>Rows that were inserted by SQL and are in no sums yet, locked until the transaction ends.</summary>
    public static async Task<List<ArrivedEvent>> ArrivedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, int most, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(EventSql.Arrived, connection, transaction) { Parameters = { new NpgsqlParameter { Value = most } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ListAsync(row => new ArrivedEvent(row.GetInt64(EventRow.Columns + 1), EventRow.Read(row, EventRow.Columns)), cancellationToken);
    }

    /// <summary>Puts rows that are there into the sums. The place of each is that of its row among the arrived.</summary>
    public static async Task TakeUpAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ArrivedEvent> arrived, IReadOnlyList<PreparedEvent> events,
        IReadOnlyDictionary<EntityKey, KnownEntity> entities, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = Timeout };
        batch.BatchCommands.Add(Sql.Statement(
            EventSql.TakeUp,
            Of(e => arrived[e.Place].Seq), Of(e => entities[e.Entity].Ref), Of(e => e.Content), Of(e => EventRules.OutputOf(e.Event)), Of(e => e.Co2Kg), Of(e => e.Figures.PredictedKg),
            Of(e => e.Figures.UncertaintyKg), Of(e => e.Figures.Activity), Of(e => e.Figures.FactorSet), Of(e => e.Event.ReportedKg)));
        await batch.ExecuteNonQueryAsync(cancellationToken);

        T[] Of<T>(Func<PreparedEvent, T> column) => [.. events.Select(column)];
    }

    /// <summary>Removes rows that were inserted by SQL and are wrong.</summary>
    public static NpgsqlBatchCommand Remove(IEnumerable<ArrivedEvent> wrong) => Sql.Statement(EventSql.Remove, [wrong.Select(e => e.Seq).ToArray()]);

    /// <summary>What is of one operator.</summary>
    public EventStore Of(Tenant tenant) => new(database.Of(tenant));

    /// <summary>A page of events, the latest first.</summary>
    public async Task<List<ListedEvent>> ListAsync(EventFilter filter, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ListAsync(
            EventSql.Page,
            row => (Listed: ListedEvent.Read(row), Entity: row.IsDBNull(EventRow.Columns + 7) ? (long?)null : row.GetInt64(EventRow.Columns + 7)),
            cancellationToken,
            filter.Entity, filter.Kind, Sql.Time(filter.From), Sql.Time(filter.To), Sql.Time(filter.After?.Time), Sql.Uuid(filter.After?.Id), limit, database.Tenant.Parameter);
        var known = (await database.ListAsync(
            EventSql.EntitiesOf,
            row => (Ref: row.GetInt64(0), Unit: row.GetString(1), Entity: row.GetString(2), Type: row.GetString(3)),
            cancellationToken,
            rows.Select(r => r.Entity).OfType<long>().Distinct().ToArray())).ToDictionary(e => e.Ref);
        return [.. rows.Select(r => r.Entity is { } entity && known.TryGetValue(entity, out var of) ? r.Listed with { Unit = of.Unit, Entity = of.Entity, EntityType = of.Type } : r.Listed)];
    }
}
