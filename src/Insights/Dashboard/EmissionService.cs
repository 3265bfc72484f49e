using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Dashboard;

/// <summary>The gRPC service of the numbers of a dashboard.</summary>
internal sealed class EmissionService(DashboardStore store, EmissionForecasts forecasts, IOptions<DashboardOptions> options, TimeProvider time)
    : V1.EmissionService.EmissionServiceBase
{
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(366);
    private static readonly TimeSpan DefaultSpan = TimeSpan.FromDays(7);

    public override async Task<GetCurrentEmissionsResponse> GetCurrentEmissions(GetCurrentEmissionsRequest request, ServerCallContext context)
    {
        var own = store.Of(context.Tenant());
        var entities = await EntitiesAsync(own, request.Entity, request.EntityType, context.CancellationToken);
        var now = HourOf(time.GetUtcNow());
        var (today, hour, before) = (new DateTimeOffset(now.Date, TimeSpan.Zero), now.AddHours(-1), now.AddHours(-2));
        var hours = await own.HoursAsync(today < before ? today : before, now.AddHours(1), entities, context.CancellationToken);
        var ofToday = hours.Where(each => each.Hour >= today).ToList();
        var (events, estimated) = (ofToday.Sum(each => each.Events), ofToday.Sum(each => each.EstimatedEvents));
        var recordedAt = hours.Count == 0 ? null : await own.RecordedAtAsync(hours.Max(each => each.LastSeq), context.CancellationToken);
        var response = new GetCurrentEmissionsResponse
        {
            CurrentRate = KgOf(hour) ?? 0,
            PreviousRate = KgOf(before) ?? 0,
            Trend = Trend.Of(KgOf(hour), KgOf(before)),
            TotalToday = ofToday.Sum(each => each.Kg),
            Categories = { ofToday.GroupBy(each => each.Kind).ToDictionary(kind => kind.Key, kind => kind.Sum(each => each.Kg)) },
            LastUpdated = recordedAt?.ToTimestamp(),
            PredictionCount = Count(events),
            Hour = hour.ToTimestamp(),
            HourEvents = Count(hours.Where(each => each.Hour == hour).Sum(each => each.Events)),
            EstimatedShare = Share(estimated, events),
        };
        if (options.Value.DailyTargetKg is { } target)
            response.Target = target;
        return response;

        double? KgOf(DateTimeOffset start) => hours.Where(each => each.Hour == start).ToList() is { Count: > 0 } found ? found.Sum(each => each.Kg) : null;
    }

    public override async Task<GetEmissionForecastResponse> GetEmissionForecast(GetEmissionForecastRequest request, ServerCallContext context)
    {
        var own = store.Of(context.Tenant());
        return await forecasts.ForecastAsync(own, await EntitiesAsync(own, request.Entity, request.EntityType, context.CancellationToken), context.CancellationToken);
    }

    public override async Task<GetEmissionSummaryResponse> GetEmissionSummary(GetEmissionSummaryRequest request, ServerCallContext context)
    {
        var own = store.Of(context.Tenant());
        var (from, to) = SpanOf(request);
        var entities = await EntitiesAsync(own, request.Entity, request.EntityType, context.CancellationToken);
        var kinds = await own.SpanAsync(from, to, entities, context.CancellationToken);
        var (active, critical) = await own.ActiveHotspotsAsync(entities, context.CancellationToken);
        var (kg, events) = (kinds.Sum(kind => kind.Kg), kinds.Sum(kind => kind.Events));
        return new GetEmissionSummaryResponse
        {
            TotalEmissions = kg,
            AverageEmissions = events > 0 ? kg / events : 0,
            EventCount = Count(events),
            ActiveHotspots = Count(active),
            CriticalHotspots = Count(critical),
            Categories = { kinds.ToDictionary(kind => kind.Kind, kind => kind.Kg) },
            EstimatedShare = Share(kinds.Sum(kind => kind.EstimatedEvents), events),
            StartTime = from.ToTimestamp(),
            EndTime = to.ToTimestamp(),
            EntityCount = Count(kinds.Sum(kind => kind.Entities)),
        };
    }

    private static async Task<long[]?> EntitiesAsync(DashboardStore own, string entity, string entityType, CancellationToken cancellationToken)
    {
        var filter = EntityFilter.Of(entity, entityType);
        var entities = await own.EntitiesAsync(filter, cancellationToken);
        return entities is not { Length: 0 } || filter.Entity.Length == 0 ? entities : throw Refusal.NotFound("entity", filter.Entity).AsException();
    }

    private (DateTimeOffset From, DateTimeOffset To) SpanOf(GetEmissionSummaryRequest request)
    {
        var end = request.EndTime is null ? time.GetUtcNow() : TimeOf(request.EndTime, "end_time");
        var start = request.StartTime is null ? end - DefaultSpan : TimeOf(request.StartTime, "start_time");
        if (start >= end)
            throw Refusal.InvalidArgument("end_time", "must be after start_time").AsException();
        if (end - start > LongestSpan)
            throw Refusal.InvalidArgument("start_time", $"must be at most {LongestSpan.Days} days before end_time").AsException();
        var to = HourOf(end);
        return (HourOf(start), to == end ? to : to.AddHours(1));
    }

    // As far as an hour can be added to it.
    private static DateTimeOffset TimeOf(Timestamp time, string field)
    {
        var year = time.Seconds is >= -62_135_596_800 and <= 253_402_300_799 && time.Nanos is >= 0 and < 1_000_000_000 ? time.ToDateTimeOffset().Year : 0;
        return year is >= 1990 and < 2200 ? time.ToDateTimeOffset() : throw Refusal.InvalidArgument(field, "must be a time from 1990 to 2199").AsException();
    }

    private static DateTimeOffset HourOf(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    // The seed's clients read numbers, and JSON has 64 bits only as text.
    private static int Count(long count) => (int)Math.Min(count, int.MaxValue);

    private static double Share(long part, long all) => all > 0 ? (double)part / all : 0;
}
