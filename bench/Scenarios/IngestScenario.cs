using System.Diagnostics;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Net.Client;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.Ingestion.V1;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// A year of half hours for 18 regions through the real Ingestion process, which reads, checks and merges them, against
/// psql that copies the finished rows into a bare table: no partitions, checks or foreign key, but the same indexes.
/// </summary>
internal sealed class IngestScenario() : Scenario("ingest", "a year of half hours for 18 regions: ImportSeries against psql \\copy")
{
    private const int Regions = 18;
    private const int HalfHours = 365 * 48;
    private const int Rows = Regions * HalfHours;
    private const int PieceBytes = 256 * 1024;

    private const string Bare =
        """
        CREATE TABLE public.bare (region_id smallint NOT NULL, window_start timestamptz NOT NULL, window_end timestamptz NOT NULL,
            forecast_gco2_kwh numeric(6, 1), actual_gco2_kwh numeric(6, 1), index text NOT NULL, source text NOT NULL, captured_at timestamptz NOT NULL);
        CREATE UNIQUE INDEX ON public.bare (region_id, window_start, source, captured_at) WHERE forecast_gco2_kwh IS NOT NULL;
        CREATE UNIQUE INDEX ON public.bare (region_id, window_start, source) WHERE actual_gco2_kwh IS NOT NULL;
        CREATE INDEX ON public.bare (window_start, region_id);
        """;

    // As before the first import of these months.
    private const string DropMonths =
        """
        DO $$ DECLARE child text; BEGIN
            FOR child IN SELECT relname FROM pg_class WHERE relnamespace = 'ingestion'::regnamespace AND relkind = 'r' AND relname ~ '^carbon_intensity_regional_2025' LOOP
                EXECUTE format('DROP TABLE ingestion.%I', child);
            END LOOP;
        END $$
        """;

    private const string EmptyMonths = "DELETE FROM ingestion.carbon_intensity_regional WHERE window_start < '2026-01-01'; VACUUM ingestion.carbon_intensity_regional";

    private const string Stored =
        "SELECT count(*) FROM ingestion.carbon_intensity_regional WHERE source = 'import:bench' AND window_start >= '2025-01-01' AND window_start < '2026-01-01'";

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString + ";Command Timeout=120");
        await ExecuteAsync(database, Bare, cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        var ingestion = await run.StartAsync(
            ServiceDefinition.Ingestion,
            [new("PYLON_POSTGRES", postgres.Uri), new("PYLON_REDIS", redis.Address), new("Sources__Scheduled", "false")],
            cancellationToken);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{ingestion.GrpcPort}");
        var client = new PipelineRunService.PipelineRunServiceClient(channel);
        var directory = Directory.CreateTempSubdirectory("pylon-bench-");
        try
        {
            var (file, rows) = (Lines(), Path.Combine(directory.FullName, "rows.csv"));
            await File.WriteAllTextAsync(rows, TableRows(), cancellationToken);
            await BenchRun.WarmAsync(cancellationToken, async token =>
            {
                await ExecuteAsync(database, EmptyMonths, token);
                await ImportAsync(client, file, Rows, token);
            });
            await run.CompareAsync(
                $"{Rows:#,0} rows: {Regions} regions, {HalfHours:#,0} half hours",
                "rows",
                [
                    new("psql \\copy into a bare table", token => CopyAsync(postgres, rows, token))
                    {
                        IsPeer = true,
                        PrepareAsync = token => ExecuteAsync(database, "TRUNCATE public.bare", token),
                    },
                    new("import, no months yet", token => ImportAsync(client, file, Rows, token))
                    {
                        PrepareAsync = token => ExecuteAsync(database, DropMonths, token),
                        Bar = Bar.Rate(0.8),
                    },
                    new("import, months without rows", token => ImportAsync(client, file, Rows, token))
                    {
                        PrepareAsync = token => ExecuteAsync(database, EmptyMonths, token),
                        Bar = Bar.Rate(0.8),
                    },
                    new("the same file again", token => ImportAsync(client, file, 0, token))
                    {
                        PrepareAsync = token => EnsureImportedAsync(database, client, file, token),
                        Bar = Bar.Rate(0.8),
                    },
                ],
                cancellationToken);
            await using var count = database.CreateCommand(Stored);
            run.Note($"stored at the end: {await count.ExecuteScalarAsync(cancellationToken):#,0} rows; every answer of the import was checked for new, unchanged and rejected");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<Work> CopyAsync(PrivatePostgres postgres, string rows, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo("psql", [postgres.Uri, "-q", "-v", "ON_ERROR_STOP=1", "-c", $"\\copy public.bare from '{rows}' csv"]) { UseShellExecute = false };
        using var psql = Process.Start(info)!;
        await psql.WaitForExitAsync(cancellationToken);
        return psql.ExitCode == 0 ? Rows : throw new StackException("psql could not copy the rows");
    }

    private static async Task<Work> ImportAsync(PipelineRunService.PipelineRunServiceClient client, byte[] file, int expectedNew, CancellationToken cancellationToken)
    {
        using var call = client.ImportSeries(cancellationToken: cancellationToken);
        for (var at = 0; at < file.Length; at += PieceBytes)
        {
            var piece = UnsafeByteOperations.UnsafeWrap(file.AsMemory(at, Math.Min(PieceBytes, file.Length - at)));
            await call.RequestStream.WriteAsync(new ImportSeriesRequest { Name = at == 0 ? "bench" : "", Data = piece }, cancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        var answer = await call.ResponseAsync;
        return (answer.RowsRead, answer.RowsNew, answer.RowsUnchanged, answer.RowsRejected) == (Rows, expectedNew, Rows - expectedNew, 0)
            ? Rows
            : throw new StackException($"the import answers {answer}");
    }

    private static async Task EnsureImportedAsync(
        NpgsqlDataSource database, PipelineRunService.PipelineRunServiceClient client, byte[] file, CancellationToken cancellationToken)
    {
        await using var count = database.CreateCommand(Stored);
        if ((long)(await count.ExecuteScalarAsync(cancellationToken))! == 0)
            await ImportAsync(client, file, Rows, cancellationToken);
    }

    private static byte[] Lines()
    {
        var text = new StringBuilder("region_id,from,to,forecast,index\n");
        foreach (var (region, start, forecast, index) in Values())
            text.Append(CultureInfo.InvariantCulture, $"{region},{start:yyyy-MM-dd'T'HH:mm'Z'},{start.AddMinutes(30):yyyy-MM-dd'T'HH:mm'Z'},{forecast},{index}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string TableRows()
    {
        var text = new StringBuilder();
        foreach (var (region, start, forecast, index) in Values())
            text.Append(CultureInfo.InvariantCulture, $"{region},{start:yyyy-MM-dd HH:mm}+00,{start.AddMinutes(30):yyyy-MM-dd HH:mm}+00,{forecast},,{index},import:bench,2026-01-01 00:00+00\n");
        return text.ToString();
    }

    private static IEnumerable<(int Region, DateTime Start, int Forecast, string Index)> Values()
    {
        var random = new Random(18);
        for (var n = 0; n < HalfHours; n++)
        {
            for (var region = 1; region <= Regions; region++)
            {
                var forecast = random.Next(1, 300);
                yield return (region, new DateTime(2025, 1, 1).AddMinutes(30 * n), forecast, forecast < 30 ? "very low" : forecast < 100 ? "low" : forecast < 180 ? "moderate" : "high");
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        foreach (var statement in sql.Contains("VACUUM", StringComparison.Ordinal) ? sql.Split("; ") : [sql])
        {
            await using var command = database.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
