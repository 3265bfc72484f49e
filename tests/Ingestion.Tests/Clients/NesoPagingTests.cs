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
        var portal = new Portal(rows: 5, total: 5);
        var readings = await ReadAsync(portal);

        Assert.Equal([2, 2, 1], readings.Where(r => r.Error is null).Select(r => (int)r.Body!.RowsRead));
        Assert.Equal(["0", "2", "4"], portal.Offsets);
        Assert.Equal(
            ["1-day-ahead-demand-forecast: 1-day-ahead-demand-forecast has no resource Day Ahead National Demand Forecast", "embedded-wind-and-solar-forecasts: HTTP 404 to GET /package_show?id=embedded-wind-and-solar-forecasts"],
            readings.Where(r => r.Error is not null && r.Dataset[0] is '1' or 'e').Where(r => r.Error is not null).Select(r => $"{r.Dataset}: {r.Error}"));
    }

    [Theory]
    [InlineData(int.MaxValue, 40, "demand-update: 40 pages have 80 of 9223372036854775807 rows, and no more are asked for")]
    [InlineData(2, 2, "demand-update: the rows from 2 on are those before them again")]
    public async Task PortalWhosePagesHaveNoEndIsReadToABound(int rows, int pages, string error)
    {
        var portal = new Portal(rows, total: long.MaxValue);

        var readings = await ReadAsync(portal);

        Assert.Equal(pages, portal.Offsets.Count);
        Assert.EndsWith(error, readings.Where(r => r.Dataset.Contains("demand-update")).Select(r => $"{r.Dataset}: {r.Error}").Last());
    }

    private static async Task<List<Reading>> ReadAsync(Portal portal)
    {
        var client = new SourceClient(
            NesoSource.Id, new HttpClient(portal), new Uri("http://source"), SimulatedSources.Options, new FakeTime(), SimulatedSources.Metrics, NullLogger<SourceClient>.Instance);
        var readings = new List<Reading>();
        await foreach (var reading in new NesoSource(client, SimulatedSources.Options).ReadAsync(DateTimeOffset.UnixEpoch, null, default))
            readings.Add(reading);
        return readings;
    }

    /// <summary>Rows of demand in pages of two at most; after the last row it begins again when the total is not reached.</summary>
    private sealed class Portal(int rows, long total) : HttpMessageHandler
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
            var first = total > rows ? int.Parse(offset) % rows : int.Parse(offset);
            var records = Enumerable.Range(first + 1, 2).TakeWhile(n => n <= rows)
                .Select(n => $$"""{"SETTLEMENT_DATE":"{{new DateOnly(2026, 3, 1).AddDays((n - 1) / 40):yyyy-MM-dd}}","SETTLEMENT_PERIOD":{{((n - 1) % 40) + 1}},"ND":20000,"TSD":21000}""");
            return AnswerAsync($$$"""{"success":true,"result":{"total":{{{total}}},"limit":2,"records":[{{{string.Join(',', records)}}}]}}""");
        }

        private static Task<HttpResponseMessage> AnswerAsync(string body) => Task.FromResult(new HttpResponseMessage { Content = new StringContent(body) });
    }
}
