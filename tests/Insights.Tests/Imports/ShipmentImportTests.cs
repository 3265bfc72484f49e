using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Pylon.Insights.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Imports;

public sealed class ShipmentImportTests : IAsyncLifetime
{
    private const string Header =
        ",Date,Month-Year,Warehouse Code,Customer Code,Order Number,Order Line Number,Item Code,Units,Euros,Conversion Ratio,Warehouse Name,Warehouse Country,Warehouse City,"
        + "Customer Country,Customer City,Road,Rail,Sea,Air,Location,GPS 1,GPS 2,KG,CO2 Road,CO2 Rail,CO2 Sea,CO2 Air,CO2 Total";

    // shared/reference/emissions, when it lies beside the checkout.
    private static readonly string Published = Path.Combine(Root(), "..", "shared", "reference", "emissions", "shipments_2021_h1.csv");

    private InsightsStack _stack = null!;
    private ShipmentImportService.ShipmentImportServiceClient _client = null!;

    public async Task InitializeAsync()
    {
        _stack = await InsightsStack.StartAsync();
        _client = new ShipmentImportService.ShipmentImportServiceClient(_stack.Channel);
    }

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task The_published_lines_are_all_reproduced()
    {
        // Without the file there is nothing to read.
        if (!File.Exists(Published))
            return;

        var answer = await ImportAsync("shipments_2021_h1", await File.ReadAllBytesAsync(Published));

        Assert.Equal((2603, 2603, 2603, 0), (answer.RowsRead, answer.RowsNew, answer.RowsReproduced, answer.RowsRejected));
        Assert.Equal(1978.2707101893723, answer.PublishedKg);
        Assert.Equal(answer.PublishedKg, answer.ComputedKg, 1978 * 1e-12);
        Assert.Equal(16, answer.RowsRepeatedKey);
        Assert.Equal(1, answer.RowsEqual);
        Assert.Equal(answer.RowsEqual, answer.RowsNoted);
        Assert.Equal(new Dictionary<string, double> { ["road"] = 0.096, ["sea"] = 0.01 }, answer.Factors);
        Assert.Equal(2603L, await ScalarAsync<long>("SELECT sum(events)::bigint FROM insights.hourly_rollups"));
        Assert.Equal(1978.2707101893723, await ScalarAsync<double>("SELECT sum(co2_kg) FROM insights.hourly_rollups"), 1978 * 1e-12);
        Assert.Equal(20_604.264, await ScalarAsync<double>("SELECT sum(weight_kg / 1000 * distances_km[1]) FROM insights.shipment_lines"), 0.001);
        Assert.Equal(74L, await ScalarAsync<long>("SELECT count(DISTINCT hour) FROM insights.hourly_rollups"));
    }

    [Fact]
    public async Task The_published_lines_with_the_factors_of_DESNZ()
    {
        // Without the file there is nothing to read.
        if (!File.Exists(Published))
            return;

        var answer = await ImportAsync("shipments_2021_h1", await File.ReadAllBytesAsync(Published), factorSet: "desnz-2025");

        Assert.Equal((2603, 2603, 0), (answer.RowsRead, answer.RowsReproduced, answer.RowsRejected));
        Assert.Equal(1596.97803, Math.Round(answer.ComputedKg, 5));
        Assert.Equal(1596.97803, Math.Round(await ScalarAsync<double>("SELECT sum(co2_kg) FROM insights.hourly_rollups"), 5));
    }

    [Fact]
    public async Task A_file_that_is_imported_again_changes_nothing()
    {
        var file = Csv(Line(0), Line(1, road: "250.5", weight: "12.5", units: "5", ratio: "2.5"));
        await ImportAsync("file", file);
        var before = await ScalarAsync<string>("SELECT string_agg(r::text, ';' ORDER BY entity_ref, hour) FROM insights.hourly_rollups r");

        var answer = await ImportAsync("file", file);

        Assert.Equal((2, 0, 2), (answer.RowsRead, answer.RowsNew, answer.RowsUnchanged));
        Assert.Equal(before, await ScalarAsync<string>("SELECT string_agg(r::text, ';' ORDER BY entity_ref, hour) FROM insights.hourly_rollups r"));
        Assert.Equal(2, (await ImportAsync("other", file)).RowsNew);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("nan")]
    public async Task A_line_without_a_weight_is_unknown_even_when_its_CO2_says_0(string weight)
    {
        var answer = await ImportAsync("file", Csv(Line(0), Line(1, weight: weight, ratio: weight, road: "100", co2Road: "0.0", total: "0.0"), Line(2)));

        Assert.Equal((3, 2, 1), (answer.RowsRead, answer.RowsNew, answer.RowsRejected));
        var rejected = Assert.Single(answer.Rejected);
        Assert.Equal((3, "KG is missing: the weight is not known, whatever CO2 says"), (rejected.Line, Assert.Single(rejected.Reasons)));
        var quarantined = Assert.Single((await new EventService.EventServiceClient(_stack.Channel).ListQuarantineAsync(new ListQuarantineRequest { Source = "import:file" })).Events);
        Assert.Equal((3, "LINE_INVALID"), (quarantined.Line, quarantined.Reason));
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM insights.events_normalized"));
    }

    [Fact]
    public async Task Impossible_lines_go_to_quarantine_each_with_its_reason_and_stop_no_other()
    {
        (string Line, string Reason)[] odd =
        [
            (Line(1, weight: "-5"), "KG must be from 0 to 1,000,000,000"),
            (Line(2, weight: "0.0", ratio: "0.0"), "KG is 0 for units that are not: the weight is not known"),
            (Line(3, weight: "abc"), "KG must be a number"),
            (Line(4, road: ""), "Road is missing: the distance is not known; 0 says that there is no such leg"),
            (Line(5, road: "-1"), "Road must be from 0 to 1,000,000 km"),
            (Line(6, road: "0.0", co2Road: "0.0", total: "0.0"), "Road, Rail, Sea and Air must not all be 0: the distance is not known"),
            (Line(7, date: "2021-13-45"), "Date must be a day, for example 2021-01-04, with or without a time"),
            (Line(8, warehouse: ""), "Warehouse Code is missing"),
            ("x" + Line(9), "the index must be a whole number, at least 0"),
            (Line(10) + ",1", "the line must have the 29 columns that the first line names, and has 30"),
            ("11,\"2021-01-04", "the line must have the 29 columns that the first line names, and has 2"),
            (Line(12, date: "2199-01-01"), "timestamp must be from 1990 to a day from now"),
            (Line(14, co2Road: "-79228162514264337593543950335", total: "0.096"), "CO2 Road must be within ± 1,000,000,000,000,000 kg"),
            (Line(15, total: "1e16"), "CO2 Total must be within ± 1,000,000,000,000,000 kg"),
            (Line(16, warehouse: string.Concat(Enumerable.Repeat("😀", 101))), "Warehouse Code must have at most 100 characters, none of them a control character"),
            (Line(17, weight: "1000", units: "100", rail: "100", co2Rail: "1E-28"), "CO2 of rail cannot be computed: no factor is published for it, and no line of the file implies one"),
            (Line(13, rail: "10", co2Rail: "0.0"), "CO2 of rail cannot be computed: no factor is published for it, and no line of the file implies one"),
        ];

        var answer = await ImportAsync("file", Csv([Line(0, warehouse: string.Concat(Enumerable.Repeat("😀", 100))), .. odd.Select(o => o.Line), Line(99, co2Road: "1e15")]));

        Assert.Equal((odd.Length + 2, 2, odd.Length), (answer.RowsRead, answer.RowsNew, answer.RowsRejected));
        Assert.Equal(odd.Select((o, n) => (n + 3L, o.Reason)), answer.Rejected.Select(r => (r.Line, r.Reasons.Single())));
    }

    [Fact]
    public async Task Several_legs_of_a_line_are_one_event_and_rail_and_air_have_the_factors_that_the_file_implies()
    {
        // 0.5 t: 200 km road, 100 km rail, 300 km sea, 1000 km air.
        var four = Line(0, weight: "500", units: "10", ratio: "50", road: "200", rail: "100", sea: "300", air: "1000",
            co2Road: "9.6", co2Rail: "1.4000000000000001", co2Sea: "1.5", co2Air: "1050", total: "1062.5");
        var off = Line(1, weight: "500", units: "10", ratio: "50", road: "200", rail: "100", co2Road: "9.6", co2Rail: "2", total: "11.6");
        var again = Line(2, weight: "500", units: "10", ratio: "50", road: "0", rail: "200", co2Road: "0", co2Rail: "2.8", total: "2.8");

        var answer = await ImportAsync("file", Csv(four, off, again));

        Assert.Equal((3, 3, 0, 2, 1), (answer.RowsRead, answer.RowsNew, answer.RowsRejected, answer.RowsReproduced, answer.RowsNoted));
        Assert.Equal((0.028, 2.1), (answer.Factors["rail"], answer.Factors["air"]));
        Assert.Equal(3, Assert.Single(answer.Noted).Line);
        Assert.Equal(1062.5 + 11 + 2.8, answer.ComputedKg, 1e-9);
        var listed = (await new EventService.EventServiceClient(_stack.Channel).ListEventsAsync(new ListEventsRequest { Entity = "W-1" })).Events.Single(e => e.EventId == "shipment:file:0");
        Assert.Equal((1062.5, 800.0, "road+rail+sea+air"), (listed.Co2Kg, listed.Activity, listed.VehicleType));
    }

    [Fact]
    public async Task A_repeated_key_is_no_duplicate_and_an_equal_line_is_kept_and_reported()
    {
        var answer = await ImportAsync("file", Csv(Line(0), Line(1, units: "2.0", weight: "20.0", co2Road: "0.192", total: "0.192"), Line(2)));

        Assert.Equal((3, 1, 2, 1), (answer.RowsNew, answer.RowsEqual, answer.RowsRepeatedKey, answer.RowsNoted));
        var noted = Assert.Single(answer.Noted);
        Assert.Equal((4, "equal to line 2 in every field but the index"), (noted.Line, Assert.Single(noted.Reasons)));
        Assert.Equal(3, await ScalarAsync<long>("SELECT count(*) FROM insights.events_normalized"));
    }

    [Fact]
    public async Task An_index_with_another_line_is_refused()
    {
        await ImportAsync("file", Csv(Line(0)));

        var answer = await ImportAsync("file", Csv(Line(0, order: "77")));

        Assert.Equal((0, 0, 1), (answer.RowsNew, answer.RowsUnchanged, answer.RowsRejected));
    }

    [Fact]
    public async Task Line_ends_quotes_a_mark_of_the_byte_order_and_more_columns_are_read()
    {
        var text = "\uFEFF" + Header + ",Extra\r\n" + Line(0).Replace("FRANCE, PARIS", "FRANCE, \"\"PARIS\"\"", StringComparison.Ordinal) + ",x\r\n\r\n"
            + Line(1, date: "2020-12-31", road: "\"100.0\"") + ",\"a,b\"\r\n";

        var answer = await ImportAsync("file", Encoding.UTF8.GetBytes(text));

        Assert.Equal((2, 2, 0, 2), (answer.RowsRead, answer.RowsNew, answer.RowsRejected, answer.RowsReproduced));
    }

    [Fact]
    public async Task Columns_that_are_missing_are_named()
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => ImportAsync("file", Encoding.UTF8.GetBytes("Date,Road,Rail,Sea\n2021-01-01,1,0,0\n")));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("missing: Warehouse Code, Customer Code, Order Number", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("Air, KG, CO2 Road", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task An_import_that_breaks_off_is_sent_again_and_nothing_is_lost_or_twice(int thousands)
    {
        var lines = Enumerable.Range(0, 6000).Select(n => Line(n, order: $"{n}")).ToArray();
        var file = Csv(lines);
        // Cut inside of a line.
        var cut = Csv(lines[..((thousands * 1000) + 200)]).Length - 30;
        using (var broken = _client.ImportShipments())
        {
            await broken.RequestStream.WriteAsync(new ImportShipmentsRequest { Name = "file", Data = ByteString.CopyFrom(file.AsSpan(0, cut)) });
            await Eventually.True(async () => await ScalarAsync<long>("SELECT count(*) FROM insights.shipment_lines") >= thousands * 1000);
        }

        var answer = await ImportAsync("file", file);

        Assert.Equal((6000, 6000, 6000), (answer.RowsRead, answer.RowsNew + answer.RowsUnchanged, answer.RowsReproduced));
        Assert.True(answer.RowsUnchanged >= thousands * 1000);
        Assert.Equal(6000, await ScalarAsync<long>("SELECT count(*) FROM insights.shipment_lines JOIN insights.events_normalized USING (event_id)"));
        Assert.Equal(6000, await ScalarAsync<long>("SELECT sum(events)::bigint FROM insights.hourly_rollups"));
        Assert.Equal(6000 * 0.096, await ScalarAsync<double>("SELECT sum(co2_kg) FROM insights.hourly_rollups"), 1e-8);
    }

    [Fact]
    public async Task A_file_sent_in_parts_has_the_line_numbers_of_the_file()
    {
        await ImportAsync("file", Csv(Line(0), Line(1, order: "2")));

        var answer = await ImportAsync("file", Csv(Line(2), Line(3, weight: "")), firstLine: 4);

        Assert.Equal(5, Assert.Single(answer.Rejected).Line);
        Assert.Equal("equal to line 2 in every field but the index", Assert.Single(Assert.Single(answer.Noted).Reasons));
    }

    // 10 kg over 100 km of road: 0.096 kg.
    private static string Line(
        int index, string date = "2021-01-04 00:00:00.000", string warehouse = "W-1", string order = "1", string units = "1.0", string ratio = "10.0", string weight = "10.0",
        string road = "100.0", string rail = "0.0", string sea = "0.0", string air = "0.0",
        string? co2Road = null, string co2Rail = "0.0", string co2Sea = "0.0", string co2Air = "0.0", string? total = null)
    {
        var kg = double.TryParse(weight, out var tonnes) && double.TryParse(road.Trim('"'), out var km) ? tonnes * km * 0.096 / 1000 : 0.096;
        var (onRoad, all) = (co2Road ?? kg.ToString("R"), total ?? co2Road ?? kg.ToString("R"));
        return $"{index},{date},1-2021,{warehouse},C-1,{order},1,I-1,{units},9.5,{ratio},NAME,FRANCE,CITY,FRANCE,PARIS,{road},{rail},{sea},{air},\"FRANCE, PARIS\",1.5,2.5,{weight},{onRoad},{co2Rail},{co2Sea},{co2Air},{all}";
    }

    private static byte[] Csv(params string[] lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines.Prepend(Header)));

    private async Task<ImportShipmentsResponse> ImportAsync(string name, byte[] file, long firstLine = 0, string factorSet = "")
    {
        using var call = _client.ImportShipments();
        var isFirst = true;
        foreach (var piece in file.Chunk(10_007))
        {
            await call.RequestStream.WriteAsync(isFirst
                ? new ImportShipmentsRequest { Name = name, FirstLine = firstLine, FactorSet = factorSet, Data = ByteString.CopyFrom(piece) }
                : new ImportShipmentsRequest { Data = ByteString.CopyFrom(piece) });
            isFirst = false;
        }

        await call.RequestStream.CompleteAsync();
        return await call;
    }

    private Task<T?> ScalarAsync<T>(string sql) => _stack.Database.Database.ScalarAsync<T>(sql);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pylon.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
