using Pylon.Access;
using Pylon.Gateway.Streams;
using Pylon.Gateway.V1;
using Pylon.Messaging;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>Gives a subscriber the events that it missed, then the new ones, each exactly once.</summary>
internal sealed class Broadcaster(BroadcastHub hub, IEventStream stream, Replay replay, ReplayPages pages)
{
    private const int DefaultPollEvents = 100;
    private const int MaxPollEvents = 1000;

    // Most of them may be another operator's.
    private const int MaxPollReads = 10 * MaxPollEvents;

    // One for all that ask for everything.
    private static readonly string[] AllTopics = [.. BroadcastTopics.All];

    /// <summary>
    /// Opens a subscription; a wrong position or topic, and one subscriber too many, is refused here, before the stream begins.
    /// </summary>
    public BroadcastReader Open(SubscribeRequest request, Caller caller, IFrameWriter writer)
    {
        var topics = Topics(request.Topics, caller);
        var after = request.After.Length > 0 ? ParsePosition(request.After) : null;
        return BroadcastReader.Open(hub, pages, writer, after, topics, caller.Sees);
    }

    /// <summary>The stored events after a position, as far as one call reads.</summary>
    public async Task<PollResponse> PollAsync(PollRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (request.MaxEvents is < 0 or > MaxPollEvents)
            throw Refusal.InvalidArgument("max_events", $"must be from 1 to {MaxPollEvents}").AsException();
        var max = request.MaxEvents == 0 ? DefaultPollEvents : request.MaxEvents;
        var topics = Topics(request.Topics, caller);
        var after = request.After.Length > 0 ? ParsePosition(request.After) : new Position(stream, []);
        var (at, gap) = request.After.Length > 0 ? await replay.LocateAsync(after, topics, cancellationToken) : (after, false);
        var response = new PollResponse();
        if (gap)
            response.Events.Add(new BroadcastFrame(at, streamed: null).Message);
        var read = 0;
        await foreach (var frame in replay.ReadAsync(at, until: null, topics, cancellationToken))
        {
            at = frame.Position;
            if (frame.IsFor(caller.Sees))
                response.Events.Add(frame.Message);
            if (response.Events.Count >= max || ++read == MaxPollReads)
                break;
        }

        response.Position = Complete(at).ToString();
        return response;
    }

    // A poll without events also returns a position to continue from.
    private static Position Complete(Position position) =>
        BroadcastTopics.All.Aggregate(position, (at, topic) => at.With(topic, at[topic]));

    // Those that the caller asks for, or all that it may read.
    private static string[] Topics(IReadOnlyCollection<string> asked, Caller caller)
    {
        if (asked.FirstOrDefault(topic => !BroadcastTopics.All.Contains(topic, StringComparer.Ordinal)) is not null)
            throw Refusal.InvalidArgument("topics", $"must be one of {string.Join(", ", BroadcastTopics.All)}").AsException();
        if (asked.FirstOrDefault(topic => !caller.Scopes.Contains(BroadcastTopics.ScopeOf(topic))) is { } foreign)
            throw AccessRefusals.OutOfScope(ScopeRule.OneOf(BroadcastTopics.ScopeOf(foreign))).AsException();
        if (asked.Count > 0)
            return [.. asked.Distinct(StringComparer.Ordinal)];
        var readable = BroadcastTopics.ReadableBy(caller).ToArray();
        return readable.Length == AllTopics.Length ? AllTopics : readable;
    }

    private Position ParsePosition(string text) =>
        Position.Parse(stream, text, BroadcastTopics.All)
        ?? throw Refusal.InvalidArgument("after", $"must be the position of an event or of an earlier poll, with no other topics than {string.Join(", ", BroadcastTopics.All)}").AsException();
}
