using Microsoft.Extensions.Options;
using Pylon.Gateway.V1;
using Pylon.Messaging;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>What a subscriber gets: first all that it missed, then what happens, nothing twice and nothing left out.</summary>
internal sealed class Broadcaster(BroadcastHub hub, IEventStream stream, IOptions<BroadcastOptions> settings)
{
    private const int DefaultPollEvents = 100;
    private const int MaxPollEvents = 1000;

    private readonly Replay _replay = new(stream, settings.Value.ReplayPage);

    /// <summary>A subscription that is checked and placed; a bad position or topic is refused here, not in the stream.</summary>
    public async Task<BroadcastReader> Open(SubscribeRequest request, CancellationToken cancellationToken)
    {
        var topics = Topics(request.Topics);
        var after = request.After.Length > 0 ? ParsePosition(request.After) : null;
        await hub.WhenStarted(cancellationToken);
        return await BroadcastReader.Open(hub, _replay, after, topics, settings.Value.ReplayPage, cancellationToken);
    }

    /// <summary>What is kept after a position, at once.</summary>
    public async Task<PollResponse> Poll(PollRequest request, CancellationToken cancellationToken)
    {
        if (request.MaxEvents is < 0 or > MaxPollEvents)
            throw Refusal.InvalidArgument("max_events", $"must be 1 to {MaxPollEvents}").AsException();
        var max = request.MaxEvents == 0 ? DefaultPollEvents : request.MaxEvents;
        var topics = Topics(request.Topics);
        var after = request.After.Length > 0 ? ParsePosition(request.After) : new Position(stream, []);
        var (at, gap) = request.After.Length > 0 ? await _replay.Locate(after, topics, cancellationToken) : (after, false);
        var response = new PollResponse();
        if (gap)
            response.Events.Add(new BroadcastFrame(at, streamed: null).Message);
        await foreach (var frame in _replay.Read(at, until: null, topics, cancellationToken))
        {
            response.Events.Add(frame.Message);
            at = frame.Position;
            if (response.Events.Count >= max)
                break;
        }

        response.Position = Complete(at).ToString();
        return response;
    }

    // Also without an event there is a position to go on from.
    private static Position Complete(Position position) =>
        BroadcastOptions.Topics.Aggregate(position, (at, topic) => at.With(topic, at[topic]));

    private static string[] Topics(IReadOnlyCollection<string> asked)
    {
        if (asked.FirstOrDefault(topic => !BroadcastOptions.Topics.Contains(topic, StringComparer.Ordinal)) is { } unknown)
            throw Refusal.InvalidArgument("topics", $"must be of {string.Join(", ", BroadcastOptions.Topics)}; there is no {unknown}").AsException();
        return asked.Count > 0 ? [.. asked.Distinct(StringComparer.Ordinal)] : [.. BroadcastOptions.Topics];
    }

    private Position ParsePosition(string text) =>
        Position.Parse(stream, text)
        ?? throw Refusal.InvalidArgument("after", "must be a position that was given with an event").AsException();
}
