using Grpc.Core;
using Pylon.Insights.Events;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Insights.Recording;

/// <summary>The gRPC service of emission events and their quarantine.</summary>
internal sealed class EventService(EventRecorder recorder, EventStore store, QuarantineStore quarantine, TimeProvider time) : V1.EventService.EventServiceBase
{
    private const string Source = "rpc";
    private const int MostReported = 100;
    private const int LongestFilter = 200;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    public override async Task<RecordEventsResponse> RecordEvents(RecordEventsRequest request, ServerCallContext context)
    {
        Field.Range(request.Events.Count, "events", 1, EventRecorder.MostTogether);
        Field.OptionalUuid(request.RequestId, "request_id");
        var caller = context.Tenant().OperatorId;
        var candidates = request.Events.Select(sent => EventReader.Read(sent, caller)).ToList();
        var outcomes = await recorder.RecordAsync(Source, candidates, context.CancellationToken);
        return new RecordEventsResponse
        {
            Results = { outcomes.Select((outcome, n) => EventMapping.ToProto(outcome, request.Events[n].EventId)) },
            Accepted = outcomes.Count(o => o.Result == EventResult.Accepted),
            Duplicates = outcomes.Count(o => o.Result == EventResult.Duplicate),
            Quarantined = outcomes.Count(o => o.Result == EventResult.Quarantined),
        };
    }

    public override async Task<StreamEventsResponse> StreamEvents(IAsyncStreamReader<StreamEventsRequest> requestStream, ServerCallContext context)
    {
        var (answer, held, token) = (new StreamEventsResponse(), new List<EventCandidate>(), context.CancellationToken);
        var caller = context.Tenant().OperatorId;
        while (await NextAsync(requestStream, token))
        {
            var events = requestStream.Current.Events;
            if (events.Count > EventRecorder.MostTogether)
                throw Refusal.InvalidArgument("events", $"must have at most {EventRecorder.MostTogether} events in a message").AsException();
            if (held.Count + events.Count > EventRecorder.MostTogether)
                await RecordAsync(answer, held, token);
            held.AddRange(events.Select(sent => EventReader.Read(sent, caller)));
        }

        await RecordAsync(answer, held, token);
        return answer;
    }

    public override async Task<ListEventsResponse> ListEvents(ListEventsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var filter = new EventFilter(
            Text(request.Entity, "entity"),
            Kind(request.EventType),
            Field.OptionalTime(request.From, "from"),
            Field.OptionalTime(request.To, "to"),
            PageToken.Decode(request.PageToken));
        var events = await store.Of(context.Tenant()).ListAsync(filter, size + 1, context.CancellationToken);
        return new ListEventsResponse
        {
            Events = { events.Take(size).Select(EventMapping.ToProto) },
            NextPageToken = events.Count > size ? new PageToken(events[size - 1].Event.Start, events[size - 1].Id).Encode() : "",
        };
    }

    public override async Task<ListQuarantineResponse> ListQuarantine(ListQuarantineRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var source = Field.Text(request.Source, "source", 0, LongestFilter);
        var rows = await quarantine.Of(context.Tenant()).ListAsync(source, After(request.PageToken), size + 1, context.CancellationToken);
        return new ListQuarantineResponse
        {
            Events = { rows.Take(size) },
            NextPageToken = rows.Count > size ? PageToken.EncodeText($"{rows[size - 1].LastSeenAt.ToDateTimeOffset().UtcTicks}/{rows[size - 1].Id}") : "",
        };
    }

    private async Task RecordAsync(StreamEventsResponse answer, List<EventCandidate> held, CancellationToken cancellationToken)
    {
        if (held.Count == 0)
            return;
        var outcomes = await recorder.RecordAsync(Source, held, cancellationToken);
        for (var n = 0; n < held.Count; n++)
        {
            switch (outcomes[n].Result)
            {
                case EventResult.Accepted:
                    answer.Accepted++;
                    break;
                case EventResult.Duplicate:
                    answer.Duplicates++;
                    break;
                default:
                    answer.Quarantined++;
                    if (answer.Rejected.Count < MostReported)
                        answer.Rejected.Add(new StreamRejection { Index = answer.Received + n, Result = EventMapping.ToProto(outcomes[n], held[n].Event.EventId) });
                    break;
            }
        }

        answer.Received += held.Count;
        held.Clear();
    }

    private async Task<bool> NextAsync(IAsyncStreamReader<StreamEventsRequest> requests, CancellationToken cancellationToken)
    {
        try
        {
            return await requests.MoveNext(cancellationToken).WaitAsync(LongestWait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Refusal.InvalidArgument("events", $"must arrive, or the stream end, within {LongestWait.TotalSeconds:0} s after the message before").AsException();
        }
    }

    private static string? Text(string value, string name) => Field.Text(value, name, 0, LongestFilter) is { Length: > 0 } text ? text : null;

    private static string? Kind(string value) => value.Length == 0 ? null
        : EventRules.Kinds.Contains(value) ? value
        : throw Refusal.InvalidArgument("event_type", $"must be one of {string.Join(", ", EventRules.Kinds)}").AsException();

    private static (DateTimeOffset Time, long Id)? After(string token)
    {
        if (PageToken.DecodeText(token)?.Split('/') is not { } parts)
            return null;
        return parts.Length == 2 && long.TryParse(parts[0], out var ticks) && long.TryParse(parts[1], out var id) && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), id)
            : throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();
    }
}
