using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pylon.Insights.V1;

namespace Pylon.Insights.Tests.Events;

/// <summary>The paths and JSON of events and shipments, by the transcoder of the Gateway.</summary>
public sealed class EventRestTests : IAsyncLifetime
{
    private const string Good =
        """{"event_id":"e-1","event_type":"logistics","supplier_id":"SUP-001","timestamp":"2026-03-04T09:10:00Z","distance_km":120,"load_kg":450,"vehicle_type":"truck_diesel","fuel_type":"diesel"}""";

    private const string Bad = """{"event_id":"e-2","event_type":"factory","supplier_id":"F-1","timestamp":"2026-03-04T09:10:00Z","energy_kwh":0}""";

    private InsightsStack _stack = null!;
    private RestStack _rest = null!;

    public async Task InitializeAsync()
    {
        _stack = await InsightsStack.StartAsync();
        _rest = await RestStack.StartAsync(_stack, EventService.Descriptor, ShipmentImportService.Descriptor);
    }

    public async Task DisposeAsync()
    {
        await _rest.DisposeAsync();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task Events_are_recorded_and_listed_and_what_is_wrong_is_in_quarantine()
    {
        var (status, body) = await _rest.PostAsync("/api/v1/emission-events:record", $$"""{"events":[{{Good}},{{Bad}}]}""");

        Assert.Equal(200, status);
        Assert.Equal(["accepted", "quarantined"], body.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("result").GetString()));
        var listed = Assert.Single((await ReadAsync("/api/v1/emission-events?entity=SUP-001")).GetProperty("events").EnumerateArray());
        Assert.Equal((54, "tonne.km", 5.48802), (listed.GetProperty("activity").GetDouble(), listed.GetProperty("activity_unit").GetString(), Math.Round(listed.GetProperty("co2_kg").GetDouble(), 5)));
        var quarantined = Assert.Single((await ReadAsync("/api/v1/emission-events/quarantine?source=rpc")).GetProperty("events").EnumerateArray());
        Assert.Equal("energy_kwh must be more than 0, at most 1,000,000,000", quarantined.GetProperty("details")[0].GetString());
    }

    [Fact]
    public async Task A_stream_of_events_is_one_JSON_message_a_line()
    {
        var lines = string.Concat(Enumerable.Range(0, 30).Select(n => $$"""{"events":[{{Good.Replace("e-1", $"s-{n}", StringComparison.Ordinal)}}]}""" + "\n"));

        var body = await SendAsync("/api/v1/emission-events:stream", lines + $$"""{"events":[{{Bad}}]}""");

        Assert.Equal(("31", "30", "1"), (body.GetProperty("received").GetString(), body.GetProperty("accepted").GetString(), body.GetProperty("quarantined").GetString()));
        Assert.Equal("30", Assert.Single(body.GetProperty("rejected").EnumerateArray()).GetProperty("index").GetString());
    }

    [Fact]
    public async Task A_file_of_shipments_is_sent_in_pieces_of_bytes()
    {
        const string file =
            """
            ,Date,Warehouse Code,Customer Code,Order Number,Order Line Number,Item Code,Units,Conversion Ratio,Road,Rail,Sea,Air,KG,CO2 Road,CO2 Rail,CO2 Sea,CO2 Air,CO2 Total
            0,2021-01-04,W-1,C-1,1,1,I-1,1,10,100,0,0,0,10,0.096,0,0,0,0.096
            1,2021-01-04,W-1,C-1,2,1,I-1,1,10,100,0,0,0,,0,0,0,0,0

            """;
        var pieces = Encoding.UTF8.GetBytes(file).Chunk(50).Select((piece, n) => JsonSerializer.Serialize(n == 0 ? new { name = "file", data = piece } : (object)new { data = piece }));

        var body = await SendAsync("/api/v1/shipments:import", string.Join('\n', pieces));

        Assert.Equal(("2", "1", "1", 0.096), (
            body.GetProperty("rows_read").GetString(), body.GetProperty("rows_new").GetString(), body.GetProperty("rows_rejected").GetString(), body.GetProperty("computed_kg").GetDouble()));
        Assert.Equal(0.01, body.GetProperty("factors").GetProperty("sea").GetDouble());
    }

    private Task<JsonElement> ReadAsync(string path) => _rest.Http.GetFromJsonAsync<JsonElement>(path);

    private async Task<JsonElement> SendAsync(string path, string lines)
    {
        using var answer = await _rest.Http.PostAsync(path, new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
