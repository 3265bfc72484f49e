using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Access;
using Pylon.Gateway.Broadcast;
using Pylon.Gateway.Streams;
using Pylon.Messaging;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Requests;

namespace Pylon.Fuzzing.Targets;

/// <summary>Headers of requests: timeouts, positions, formats and what is forwarded. They are read or they are not; nothing throws.</summary>
internal sealed class HeaderTarget() : FuzzTarget("headers")
{
    // Compares positions without its Redis.
    private static readonly RedisEventStream Stream = new(null!, Options.Create(new EventStreamOptions()), TimeProvider.System, NullLogger<RedisEventStream>.Instance);

    private static readonly string[] Samples =
    [
        "", "0", "-1", "500m", "99999999H", "99999999M", "99999999S", "99999999n", "0n", "1u", "2.5", "2.5s", "999999999", "0.0000001", "1e9", ".", "s", "*/*", "*/*;q=x", "text/event-stream;q=9", "text/event-stream;q=0.5, application/x-ndjson;q=0.7",
        "application/x-ndjson", "application/json; charset=\"utf-8\"", "application/problem+json", "text/plain; a=b; a=c", "a/b;q=;;,", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "workloads:1-1", "workloads:1-1,batches:2-0,grid:0-0",
        "workloads:18446744073709551615-18446744073709551615", "workloads:18446744073709551616-0", "a:1-1,a:1-1", ":1-1", "a:", "a:-", "a:1-", "a:$", string.Concat(Enumerable.Repeat("a:1-1,", 900)), new('9', 5000), new('h', 6000),
    ];

    public override FuzzInput Next(Random random)
    {
        var sample = random.Next(4) == 0 ? AnyJson.Text(random, 60) : Samples[random.Next(Samples.Length)];
        return new(random.Next(4) == 0 ? Utf8(sample) : Mutation.Of(random, Utf8(sample)), 0);
    }

    public override void Read(FuzzInput input)
    {
        var text = Text(input);
        foreach (var name in new[] { RequestTimeout.GrpcHeader, RequestTimeout.RestHeader })
        {
            var isRead = RequestTimeout.TryRead(new HeaderDictionary { [name] = text }, out var timeout, out var problem);
            Expect(isRead ? timeout >= TimeSpan.Zero : problem.Description.Length > 0, "a timeout that is not negative, or the rule");
        }

        if (Position.Parse(Stream, text, BroadcastTopics.All) is { } position)
        {
            Expect(!position.ToString().Any(char.IsControl), "a position is one line");
            Expect(Position.Parse(Stream, position.ToString(), BroadcastTopics.All)?.ToString() == position.ToString(), "a position is read the same again");
            Expect(position.IsWithin(position) && position.Furthest(position).IsWithin(position), "a position is not after itself");
        }

        var request = new DefaultHttpContext().Request;
        request.Headers.Accept = text;
        Expect(StreamFormat.For(request, StreamFormat.Ndjson) is { ContentType.Length: > 0 }, "there is a format");
        _ = BodyReader.IsJson(text);
        foreach (var name in new[] { "authorization", "x-request-id", "traceparent", "tracestate" })
            request.Headers[name] = text;
        _ = ForwardedHeaders.From(request.Headers);
    }
}
