using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Pylon.Beckn;
using Pylon.Ingestion.Market;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.Beckn;

namespace Pylon.Ingestion.Runs;

/// <summary>
/// The windows of a Beckn provider: DISCOVER without a condition. The answer is in the response, or comes as a callback
/// to the one door of the platform, and from there into the table where it is waited for.
/// </summary>
internal sealed class BecknSource(SourceClient client, CatalogueRequests requests, BecknOptions beckn, SourcesOptions options, TimeProvider time) : GridSource(Id)
{
    public const string Id = "beckn";

    private const string All = "$[?(@.beckn:itemAttributes.beckn:gridParameters.renewableMix >= 0)]";
    private const int Attempts = 4;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await TryAsync("catalogue", () => DiscoverAsync(now, cancellationToken), cancellationToken);
    }

    // A callback may get lost, so it is asked again; an answer to the first question that comes late is as good.
    private async Task<Harvest> DiscoverAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var transactionId = Guid.CreateVersion7(now);
        await requests.BeginAsync(transactionId, now, cancellationToken);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            if (await AskAsync(transactionId, cancellationToken) is { } answer)
                return CatalogueBody.Read(answer, beckn.Id);
        }

        throw new HttpRequestException($"acknowledged {Attempts} times, but no on_discover within {beckn.CallbackTimeout.TotalSeconds:0.#} s");
    }

    /// <summary>Null when the answer was promised and did not come.</summary>
    private async Task<string?> AskAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var message = new JsonObject
        {
            ["context"] = BecknContext.Of(beckn, "discover", transactionId, Guid.CreateVersion7(now), now),
            ["message"] = new JsonObject
            {
                ["text_search"] = "Grid flexibility windows",
                ["filters"] = new JsonObject { ["type"] = "jsonpath", ["expression"] = All },
            },
        };
        var body = await client.PostAsync("discover", message.ToJsonString(), options.RequestPause, cancellationToken);
        return BecknReply.Read(HttpStatusCode.OK, Encoding.UTF8.GetBytes(body), "discover") switch
        {
            BecknReply.Answer => body,
            BecknReply.Ack => await WaitAsync(transactionId, cancellationToken),
            BecknReply.Nack nack => throw new HttpRequestException($"refused with NACK: {nack.Reason}"),
            BecknReply.Invalid invalid => throw new HttpRequestException(invalid.Reason),
            var other => throw new InvalidOperationException(other.ToString()),
        };
    }

    private async Task<string?> WaitAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < beckn.CallbackTimeout / Attempts)
        {
            if (await requests.FindAsync(transactionId, cancellationToken) is { } answer)
                return answer;
            await Task.Delay(Look, time, cancellationToken);
        }

        return null;
    }
}
