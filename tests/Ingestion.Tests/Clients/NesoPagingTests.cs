using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Tests.Runs;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Clients;

public sealed class NesoPagingTests
{
    [Fact]
    public async Task PortalThatCutsPagesShorterThanAskedIsReadToItsEnd()
    {
        var portal = new Portal();
        var client = new SourceClient(
            NesoSource.Id, new HttpClient(portal), new Uri("http://source"), SimulatedSources.Options, new FakeTime(), SimulatedSources.Metrics, NullLogger<SourceClient>.Instance);
        var readings = new List<Reading>();
        await foreach (var reading in new NesoSource(client, SimulatedSources.Options).ReadAsync(DateTimeOffset.UnixEpoch, null, default))
            readings.Add(reading);

        Assert.Equal([2, 2, 1], readings.Where(r => r.Error is null).Select(r => (int)r.Body!.RowsRead));
        Assert.Equal(["0", "2", "4"], portal.Offsets);
        Assert.Equal(
            ["1-day-ahead-demand-forecast: 1-day-ahead-demand-forecast has no resource Day Ahead National Demand Forecast", "embedded-wind-and-solar-forecasts: HTTP 404 to GET /package_show?id=embedded-wind-and-solar-forecasts"],
            readings.Where(r => r.Error is not null && r.Dataset[0] is '1' or 'e').Where(r => r.Error is not null).Select(r => $"{r.Dataset}: {r.Error}"));
    }

    /// <summary>Five rows of demand in pages of two at most.</summary>
    private sealed class Portal : HttpMessageHandler
    {
        public List<string> Offsets { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = request.RequestUri!.PathAndQuery;
            if (asked.Contains("embedded"))
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
            if (asked.Contains("package_show"))
                return AnswerAsync("""{"success":true,"result":{"resources":[{"id":"d","name":"Demand Data Update","url":"","format":"CSV","datastore_active":true}]}}""");
            var offset = asked[(asked.LastIndexOf('=') + 1)..];
            Offsets.Add(offset);
            var records = Enumerable.Range(int.Parse(offset) + 1, 5).TakeWhile(n => n <= 5).Take(2)
                .Select(n => $$"""{"SETTLEMENT_DATE":"2026-03-01","SETTLEMENT_PERIOD":{{n}},"ND":20000,"TSD":21000}""");
            return AnswerAsync($$$"""{"success":true,"result":{"total":5,"limit":2,"records":[{{{string.Join(',', records)}}}]}}""");
        }

        private static Task<HttpResponseMessage> AnswerAsync(string body) => Task.FromResult(new HttpResponseMessage { Content = new StringContent(body) });
    }
}
