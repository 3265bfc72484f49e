using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Pylon.Beckn;
using Pylon.Ingestion.Market;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.Beckn;

namespace Pylon.Ingestion.Clients;

/// <summary>
/// The compute windows of a Beckn provider: DISCOVER without a condition. The BPP answers in the response, or with a
/// callback to the Orchestrator, which hands it on into the table that is polled here.
/// </summary>
internal sealed class BecknSource(SourceClient client, CatalogueRequests requests, BecknOptions beckn, MessageSigner signer, SourcesOptions options, TimeProvider time) : GridSource(Id)
{
    public const string Id = "beckn";

    private const string All = "$[?(@.beckn:itemAttributes.beckn:gridParameters.renewableMix >= 0)]";
    // What an ACK without a callback says (HTTP 409).
    private const string EmptyCatalogue = """{"context":{"action":"on_discover"},"message":{"catalogs":[]}}""";

    private const int Attempts = 4;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await TryAsync("catalogue", () => DiscoverAsync(now, cancellationToken), cancellationToken);
    }

    // A callback may get lost, so DISCOVER is repeated; a late answer to an earlier request is as good.
    private async Task<ParsedBody> DiscoverAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var transactionId = Guid.CreateVersion7(now);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            await requests.BeginAsync(transactionId, attempt == 1 ? now : time.GetUtcNow(), cancellationToken);
            if (await DiscoverOnceAsync(transactionId, cancellationToken) is { } answer)
                return Usable(CatalogueBody.Read(answer, beckn.Id));
        }

        throw new SourceException($"the BPP acknowledged DISCOVER {Attempts} times and sent no on_discover within {beckn.CallbackTimeout.TotalSeconds:0.#} s");
    }

    // A catalogue may be empty, but one of which nothing can be read is not.
    private static ParsedBody Usable(ParsedBody parsed)
    {
        if (parsed.Windows.Count == 0 && parsed.Rejected.Count > 0)
            parsed.Problem ??= $"none of its {parsed.RowsRead} items and offers can be used, the first because: {parsed.Rejected[0].Reason}";
        return parsed;
    }

    /// <summary>Null when the BPP acknowledged and sent no callback in time.</summary>
    private async Task<string?> DiscoverOnceAsync(Guid transactionId, CancellationToken cancellationToken)
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
        var (status, body) = await client.PostAsync("discover", message.ToJsonString(), options.RequestPause, bytes => signer.Authorize(bytes), cancellationToken);
        return BecknReply.Read(status, Encoding.UTF8.GetBytes(body), "discover") switch
        {
            BecknReply.Answer => body,
            BecknReply.Ack => await WaitAsync(transactionId, cancellationToken),
            BecknReply.NoCallback => EmptyCatalogue,
            BecknReply.Nack nack => throw new SourceException($"the BPP answered DISCOVER with NACK: {nack.Reason}"),
            BecknReply.Invalid invalid => throw new SourceException(invalid.Reason),
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
            await Task.Delay(PollInterval, time, cancellationToken);
        }

        return null;
    }
}
