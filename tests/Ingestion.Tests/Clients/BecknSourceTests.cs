using System.Net;
using System.Text.Json;
using Pylon.Beckn;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Market;
using Pylon.Ingestion.Tests.Market;
using Pylon.Ingestion.Tests.Runs;
using Pylon.Signing;

namespace Pylon.Ingestion.Tests.Clients;

public sealed class BecknSourceTests
{
    private static readonly string Catalogue = Catalogues.OnDiscover([Catalogues.Item("a", 80)], []);

    [Fact]
    public async Task CatalogueInTheResponseIsRead()
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var reading = await ReadAsync(database, (_, _) => Task.FromResult(Catalogue));

        Assert.Null(reading.Error);
        Assert.Equal("a", Assert.Single(reading.Body!.Windows).ItemId);
    }

    [Fact]
    public async Task CatalogueThatComesAsACallbackIsReadFromTheTable()
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var reading = await ReadAsync(database, async (requests, transactionId) =>
        {
            Assert.True(await requests.AnswerAsync(transactionId, Catalogue, TimeProvider.System.GetUtcNow(), default));
            Assert.False(await requests.AnswerAsync(Guid.NewGuid(), Catalogue, TimeProvider.System.GetUtcNow(), default));
            return """{"message":{"ack":{"status":"ACK"}}}""";
        });

        Assert.Equal("a", Assert.Single(reading.Body!.Windows).ItemId);
    }

    [Fact]
    public async Task AnswerAfterTheTtlIsTakenOnlyOfARequestThatIsRepeated()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var requests = new CatalogueRequests(database.DataSource);
        var (id, sent, ttl) = (Guid.NewGuid(), DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(30));
        await requests.BeginAsync(id, sent, default);
        Assert.False(await requests.AnswerAsync(id, Catalogue, sent + ttl + TimeSpan.FromSeconds(1), default, ttl));
        Assert.Null(await requests.FindAsync(id, default));
        await requests.BeginAsync(id, sent + ttl, default);
        Assert.True(await requests.AnswerAsync(id, Catalogue, sent + ttl + TimeSpan.FromSeconds(1), default, ttl));
        // A duplicate is acknowledged whenever it arrives.
        Assert.True(await requests.AnswerAsync(id, Catalogue, sent + ttl + ttl + ttl, default, ttl));
    }

    [Theory]
    [InlineData("""{"message":{"ack":{"status":"NACK"}},"error":{"code":"1","message":"closed"}}""", "1: closed")]
    [InlineData("""{"message":{"ack":{"status":"ACK"}}}""", "no on_discover within 0.2 s")]
    [InlineData("<html>", "neither an acknowledgement nor on_discover")]
    public async Task NoAnswerIsAnErrorOfThisSource(string response, string error)
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var reading = await ReadAsync(database, (_, _) => Task.FromResult(response));

        Assert.Null(reading.Body);
        Assert.Contains(error, reading.Error);
    }

    [Fact]
    public async Task AckWithoutACallbackIsAnEmptyCatalogue()
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var reading = await ReadAsync(database, (_, _) => Task.FromResult("""{"ack_status":"ACK","error":{"message":"nothing to offer"}}"""), HttpStatusCode.Conflict);

        Assert.Null(reading.Error);
        Assert.Equal((0, true), (reading.Body!.Windows.Count, reading.Body.IsCompleteCatalogue));
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, """{"error":{"message":"out of order"}}""", "HTTP 409: out of order")]
    [InlineData(HttpStatusCode.BadRequest, """{"message":{"ack":{"status":"NACK"}},"error":{"code":"30000","message":"bad"}}""", "NACK: 30000: bad")]
    [InlineData(HttpStatusCode.Unauthorized, "", "HTTP 401")]
    public async Task AcknowledgementIsReadWithAnyStatus(HttpStatusCode status, string response, string error)
    {
        await using var database = await IngestionDatabase.CreateAsync();

        var reading = await ReadAsync(database, (_, _) => Task.FromResult(response), status);

        Assert.Null(reading.Body);
        Assert.Contains(error, reading.Error);
    }

    private static async Task<Reading> ReadAsync(IngestionDatabase database, Func<CatalogueRequests, Guid, Task<string>> answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        var requests = new CatalogueRequests(database.DataSource);
        var options = new SourcesOptions { RetryPause = TimeSpan.FromMilliseconds(1), RequestPause = TimeSpan.Zero };
        var beckn = new BecknOptions { BaseUrl = new Uri("http://bpp"), BapUri = new Uri("http://bap"), CallbackTimeout = TimeSpan.FromSeconds(0.2) };
        var client = new SourceClient(
            BecknSource.Id, new HttpClient(new Provider(id => answer(requests, id), status)), beckn.BaseUrl, options, TimeProvider.System, SimulatedSources.Metrics,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<SourceClient>.Instance);
        using var signer = new MessageSigner(beckn, new SigningOptions(), TimeProvider.System);
        var source = new BecknSource(client, requests, beckn, signer, options, TimeProvider.System);
        return Assert.Single(await source.ReadAsync(TimeProvider.System.GetUtcNow(), null, default).ToListAsync());
    }

    private sealed class Provider(Func<Guid, Task<string>> answer, HttpStatusCode status) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken));
            var transactionId = body.RootElement.GetProperty("context").GetProperty("transaction_id").GetGuid();
            return new HttpResponseMessage(status) { Content = new StringContent(await answer(transactionId)) };
        }
    }
}
