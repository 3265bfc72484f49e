using Google.Protobuf;
using Microsoft.Extensions.Options;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Transcoding;
using Pylon.Gateway.V1;
using Pylon.Rpc;

namespace Pylon.Gateway.Broadcast;

/// <summary>The REST face of the broadcast: server-sent events with ids, so that a browser resumes by itself, and the poll.</summary>
internal sealed class BroadcastEndpoints(Broadcaster broadcaster, IOptions<BroadcastOptions> settings, TimeProvider time)
{
    private const string LastEventId = "Last-Event-ID";

    public Task Subscribe(HttpContext context) => Serve(context, new SubscribeRequest(), async request =>
    {
        // The header wins: a browser that connects again sends it along with the query of the first time.
        if (context.Request.Headers[LastEventId].ToString() is { Length: > 0 } last)
            request.After = last;
        using var reader = await broadcaster.Open(request, context.RequestAborted);
        await new BroadcastAnswer(context, settings.Value, time).Copy(reader);
    });

    public Task Poll(HttpContext context) => Serve(context, new PollRequest(), async request =>
    {
        var json = MessageJson.ToUtf8(await broadcaster.Poll(request, context.RequestAborted));
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    });

    private static async Task Serve<T>(HttpContext context, T request, Func<T, Task> serve)
        where T : IMessage
    {
        var problems = new List<FieldProblem>();
        QueryReader.Read(request, context.Request.QueryString.Value, isBound: _ => false, problems);
        SplitTopics(request);
        if (problems.Count > 0)
        {
            await context.WriteProblem(Problem.OfFields(problems));
            return;
        }

        try
        {
            await serve(request);
        }
        catch (RefusalException e)
        {
            await context.WriteProblem(RpcProblem.Of(e.Refusal));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The subscriber has gone.
        }
        catch (Exception e) when (EventsUnavailable.Is(e))
        {
            await context.WriteProblem(RpcProblem.Of(EventsUnavailable.Refusal));
        }
    }

    // ?topics=a,b as well as ?topics=a&topics=b.
    private static void SplitTopics(IMessage request)
    {
        var topics = request switch
        {
            SubscribeRequest subscribe => subscribe.Topics,
            PollRequest poll => poll.Topics,
            _ => [],
        };
        string[] split = [.. topics.SelectMany(topic => topic.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        topics.Clear();
        topics.AddRange(split);
    }
}
