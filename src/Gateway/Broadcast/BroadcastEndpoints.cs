using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Pylon.Access;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Streams;
using Pylon.Gateway.V1;
using Pylon.Messaging;
using Pylon.Rpc;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;

namespace Pylon.Gateway.Broadcast;

/// <summary>The REST API of the broadcast: server-sent events with ids, so that a browser resumes by itself, and the poll.</summary>
internal sealed class BroadcastEndpoints(Broadcaster broadcaster, IOptions<BroadcastOptions> settings, TimeProvider time)
{
    private const string LastEventId = "Last-Event-ID";
    private const string LastEventIdParameter = "lastEventId";

    public Task SubscribeAsync(HttpContext context) => ServeAsync(context, new SubscribeRequest(), request => request.Topics, async request =>
    {
        // The header wins: a browser that reconnects sends it along with the query of its first connection. Replacements of
        // EventSource cannot send it and take a parameter.
        string[] last = [context.Request.Headers[LastEventId].ToString(), context.Request.Query[LastEventIdParameter].ToString()];
        request.After = Array.Find(last, each => each.Length > 0) ?? request.After;
        var answer = new BroadcastAnswer(context, settings.Value, time);
        using var reader = broadcaster.Open(request, CallerOf(context), answer);
        await answer.CopyAsync(reader);
    });

    public Task PollAsync(HttpContext context) => ServeAsync(context, new PollRequest(), request => request.Topics, async request =>
    {
        var json = Contract.Json.ToUtf8(await broadcaster.PollAsync(request, CallerOf(context), context.RequestAborted));
        context.Response.Headers.CacheControl = "no-store";
        await context.WriteJsonAsync(json);
    });

    private static async Task ServeAsync<T>(HttpContext context, T request, Func<T, IList<string>> topics, Func<T, Task> serve)
        where T : IMessage
    {
        var problems = new List<FieldProblem>();
        QueryReader.Read(request, context.Request.QueryString.Value, isBound: _ => false, problems);
        if (request is SubscribeRequest)
            problems.RemoveAll(problem => problem.Field == LastEventIdParameter);
        SplitTopics(topics(request));
        if (problems.Count > 0)
        {
            await context.WriteProblemAsync(Problem.OfFields(problems));
            return;
        }

        try
        {
            await serve(request);
        }
        catch (RefusalException e)
        {
            await context.WriteProblemAsync(RefusalProblem.Of(e.Refusal));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The subscriber has gone.
        }
        catch (Exception e) when (StreamFailure.Is(e))
        {
            await context.WriteProblemAsync(RefusalProblem.Of(EventsUnavailable.Refusal));
        }
    }

    private static Caller CallerOf(HttpContext context) => context.Features.GetRequiredFeature<Caller>();

    // ?topics=a,b as well as ?topics=a&topics=b.
    private static void SplitTopics(IList<string> topics)
    {
        string[] split = [.. topics.SelectMany(topic => topic.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        topics.Clear();
        foreach (var topic in split)
            topics.Add(topic);
    }
}
