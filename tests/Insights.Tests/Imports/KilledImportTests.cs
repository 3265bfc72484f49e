using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using Pylon.Insights.V1;
using Pylon.LocalStack.Services;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Imports;

public sealed class KilledImportTests
{
    private const string Header =
        ",Date,Warehouse Code,Customer Code,Order Number,Order Line Number,Item Code,Units,Conversion Ratio,Road,Rail,Sea,Air,KG,CO2 Road,CO2 Rail,CO2 Sea,CO2 Air,CO2 Total\n";

    [Fact]
    public async Task An_import_whose_process_is_killed_in_the_middle_is_completed_by_the_next()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var service = Process(database, await TestRedis.CreateAsync());
        await service.StartAsync();
        var lines = Enumerable.Range(0, 3000).Select(n => $"{n},2021-01-{(n < 2000 ? "04" : "05")},W-1,C-1,{n},1,I-1,1,10,100,0,0,0,10,0.096,0,0,0,0.096\n").ToList();
        await ImportAsync(service, Header + lines[^1]);
        await using var holder = new NpgsqlConnection(database.ConnectionString);
        await holder.OpenAsync();
        await using (var transaction = await holder.BeginTransactionAsync())
        {
            // The third batch of the import waits for the hour of the second day.
            await using (var hold = new NpgsqlCommand("SELECT 1 FROM insights.hourly_rollups FOR UPDATE", holder))
                await hold.ExecuteNonQueryAsync();
            var running = ImportAsync(service, Header + string.Concat(lines));
            await Eventually.True(
                async () => await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'WITH given AS%'") == 1,
                because: "the import waits for the hour");

            await service.KillAsync();

            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => running)).StatusCode);
            await transaction.RollbackAsync();
        }

        await Eventually.True(async () => await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0);
        var before = await database.ScalarAsync<long>("SELECT count(*) FROM insights.events_normalized");
        Assert.Equal(before, await database.ScalarAsync<long>("SELECT count(*) FROM insights.shipment_lines"));
        await service.StartAgainAsync();

        var answer = await ImportAsync(service, Header + string.Concat(lines));

        Assert.Equal((3000, 3000 - before, before), (answer.RowsRead, answer.RowsNew, answer.RowsUnchanged));
        Assert.Equal(3000L, await database.ScalarAsync<long>("SELECT count(*) FROM insights.events_normalized JOIN insights.shipment_lines USING (event_id)"));
        Assert.Equal(3000L, await database.ScalarAsync<long>("SELECT sum(events)::bigint FROM insights.hourly_rollups"));
        Assert.Equal(288, await database.ScalarAsync<double>("SELECT sum(co2_kg) FROM insights.hourly_rollups"), 1e-9);
    }

    private static ServiceProcess Process(TestDatabase database, TestRedis redis) => TestProcess.Of(
        "Insights", "killed-import", "insights-tests",
        [
            new("PYLON_POSTGRES", database.Uri), new("PYLON_REDIS", redis.ConnectionString), new("PYLON_INGESTION", "http://127.0.0.1:1"), new("PYLON_ORCHESTRATOR", "http://127.0.0.1:1"),
        ]);

    private static async Task<ImportShipmentsResponse> ImportAsync(ServiceProcess service, string file)
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{service.GrpcPort}");
        using var call = new ShipmentImportService.ShipmentImportServiceClient(channel).ImportShipments();
        await call.RequestStream.WriteAsync(new ImportShipmentsRequest { Name = "file", Data = ByteString.CopyFrom(Encoding.UTF8.GetBytes(file)) });
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }
}
