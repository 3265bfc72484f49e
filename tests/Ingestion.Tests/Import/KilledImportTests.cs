using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using Pylon.Ingestion.V1;
using Pylon.LocalStack.Services;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Import;

public sealed class KilledImportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnImportWhoseProcessIsKilledInTheMiddleIsCompletedByTheNext(bool isMonthThere)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var service = Process(database, await TestRedis.CreateAsync());
        await service.StartAsync();
        var file = ImportTests.Month(2) + "3,2026-07-01T00:00Z,,nothing\n";
        await using var holder = new NpgsqlConnection(database.ConnectionString);
        await holder.OpenAsync();
        if (isMonthThere)
            await ExecuteAsync(holder, "SELECT ingestion.ensure_month('carbon_intensity_regional', '2026-07-01Z')");
        await ExecuteAsync(holder, "INSERT INTO ingestion.generation_mix_regional (region_id, window_start, fuel, percent, source, captured_at) VALUES (1, '2026-07-01', 'wind', 100, 'synthetic', now())");
        await using (var transaction = await holder.BeginTransactionAsync())
        {
            // An import touches its synthetic row when all its values are written.
            await ExecuteAsync(holder, "SELECT 1 FROM ingestion.generation_mix_regional WHERE source = 'synthetic' AND window_start = '2026-07-01' FOR UPDATE");
            var running = ImportAsync(service, file);
            await Eventually.True(
                async () => await database.ScalarAsync<long>(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM generation_mix_regional%'") == 1,
                because: "the import waits for the table");

            await service.KillAsync();

            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => running)).StatusCode);
            await transaction.RollbackAsync();
        }

        Assert.Equal(0L, await database.ScalarAsync<long>(Stored));
        await service.StartAgainAsync();
        var answer = await ImportAsync(service, file);

        Importer.AssertCounts(answer, read: 2977, @new: 2976, rejected: 1);
        Assert.Equal(2976L, await database.ScalarAsync<long>(Stored));
        Assert.Equal(2976L, await database.ScalarAsync<long>("SELECT count(DISTINCT (region_id, window_start)) FROM ingestion.carbon_intensity_regional WHERE source = 'import:history'"));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT times_seen FROM ingestion.quarantine"));
        Importer.AssertCounts(await ImportAsync(service, file), read: 2977, unchanged: 2976, rejected: 1);
    }

    private const string Stored = "SELECT count(*) FROM ingestion.carbon_intensity_regional WHERE source = 'import:history'";

    private static ServiceProcess Process(TestDatabase database, TestRedis redis) => TestProcess.Of(
        "Ingestion", "killed-import", "ingestion-tests",
        [new("PYLON_POSTGRES", database.Uri), new("PYLON_REDIS", redis.ConnectionString), new("Sources__Scheduled", "false")]);

    private static async Task<ImportSeriesResponse> ImportAsync(ServiceProcess service, string file)
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{service.GrpcPort}");
        using var call = new PipelineRunService.PipelineRunServiceClient(channel).ImportSeries();
        await call.RequestStream.WriteAsync(new ImportSeriesRequest { Name = "history", Data = ByteString.CopyFrom(Encoding.UTF8.GetBytes(file)) });
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
