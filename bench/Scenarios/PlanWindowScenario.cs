using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.Ingestion.V1;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;
using Pylon.Orchestrator.V1;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// PlanWindow over gRPC on a stored year of half hours, against the SELECT of the same year by Npgsql, each one call after the
/// other. The first PlanWindow of each version of the series has to read it; the others ask only for its version.
/// </summary>
internal sealed class PlanWindowScenario() : Scenario("plan-window", "PlanWindow on a stored year of half hours against the SELECT of its values")
{
    private const int HalfHours = 365 * 48;
    private const int Region = 13;
    private static readonly Timestamp Start = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).ToTimestamp();
    private static readonly Timestamp End = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToTimestamp();

    // As the Orchestrator gets it: one value for each half hour.
    private const string Select =
        """
        SELECT DISTINCT ON (window_start) window_start, coalesce(actual_gco2_kwh, forecast_gco2_kwh)::float8
        FROM ingestion.carbon_intensity_regional
        WHERE region_id = 13 AND window_start >= '2025-01-01Z' AND window_start < '2026-01-01Z'
        ORDER BY window_start, source = 'synthetic', actual_gco2_kwh IS NULL, captured_at DESC
        """;

    private const string Touch = "UPDATE ingestion.carbon_intensity_regional SET index = index WHERE region_id = 13 AND window_start = '2025-01-01Z'";

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        var redis = await run.StartRedisAsync(cancellationToken);
        KeyValuePair<string, string>[] settings = [new("PYLON_POSTGRES", postgres.Uri), new("PYLON_REDIS", redis.Address), new("Sources__Scheduled", "false")];
        var ingestion = await run.StartAsync(ServiceDefinition.Ingestion, settings, cancellationToken);
        var address = $"http://127.0.0.1:{ingestion.GrpcPort}";
        // Nothing of this scenario asks the Conductor or a provider.
        KeyValuePair<string, string>[] peers =
            [new("PYLON_INGESTION", address), new("PYLON_CONDUCTOR", address), new("BPP_BASE_URL", address), new("BAP_URI", address), new("BPP_POLL_INTERVAL", "3600")];
        var orchestrator = await run.StartAsync(ServiceDefinition.Orchestrator, [.. settings, .. peers], cancellationToken);
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString);
        using var source = GrpcChannel.ForAddress(address);
        await ImportAsync(new PipelineRunService.PipelineRunServiceClient(source), cancellationToken);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{orchestrator.GrpcPort}");
        var planning = new PlanningService.PlanningServiceClient(channel);
        var series = new SeriesService.SeriesServiceClient(source);
        await CheckAsync(planning, database, cancellationToken);

        await run.CompareAsync(
            $"one caller, {HalfHours:#,0} half hours, 6 h with 24 h of slack",
            "calls",
            [
                new("SELECT of the year", token => Load.RunAsync(1, (_, _) => SelectAsync(database, token), token)) { IsPeer = true },
                new("PlanWindow", token => Load.RunAsync(1, (_, n) => PlanAsync(planning, n, false, token), token)) { Bar = Bar.AtMost("p99 ms", 20) },
                new("PlanWindow, interruptible", token => Load.RunAsync(1, (_, n) => PlanAsync(planning, n, true, token), token)) { Bar = Bar.AtMost("p99 ms", 20) },
                new("PlanWindow after a change", token => Load.RunAsync(1, async (_, n) => await ChangeAsync(database, token) + await PlanAsync(planning, n, false, token), token)),
                new("ReadSeries", token => Load.RunAsync(1, (_, _) => ReadAsync(series, token), token)),
            ],
            cancellationToken);
    }

    private static async Task<int> SelectAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (rows, sum) = (0, 0.0);
        while (await reader.ReadAsync(cancellationToken))
            (rows, sum) = (rows + 1, sum + reader.GetDouble(1));
        return rows == HalfHours && sum > 0 ? 0 : throw new StackException($"the SELECT gives {rows} rows");
    }

    private static async Task<int> PlanAsync(PlanningService.PlanningServiceClient planning, int n, bool interruptible, CancellationToken cancellationToken)
    {
        var answer = await planning.PlanWindowAsync(Request(n * 37 % (HalfHours - 60), interruptible), cancellationToken: cancellationToken);
        return answer.Plan.WindowEndStep - answer.Plan.WindowFirstStep == 60 ? 0 : throw new StackException($"the plan is {answer.Plan}");
    }

    private static async Task<int> ChangeAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Touch);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? 0 : throw new StackException("there was no row to change");
    }

    private static async Task<int> ReadAsync(SeriesService.SeriesServiceClient series, CancellationToken cancellationToken)
    {
        var answer = await series.ReadSeriesAsync(new ReadSeriesRequest { RegionId = Region, StartTime = Start, EndTime = End }, cancellationToken: cancellationToken);
        return answer.Values.Count == HalfHours ? 0 : throw new StackException($"ReadSeries gives {answer.Values.Count} values");
    }

    // The same best start as by brute force over the rows of the database.
    private static async Task CheckAsync(PlanningService.PlanningServiceClient planning, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var values = new List<double>();
        while (await reader.ReadAsync(cancellationToken))
            values.Add(reader.GetDouble(1));
        var best = Enumerable.Range(5000, 49).MinBy(start => Math.Round(values.Skip(start).Take(12).Sum(), 1));
        var plan = (await planning.PlanWindowAsync(Request(5000, false), cancellationToken: cancellationToken)).Plan;
        if (plan.StartStep != best)
            throw new StackException($"PlanWindow starts at {plan.StartStep}, and brute force at {best}");
    }

    private static PlanWindowRequest Request(int arrival, bool interruptible) => new()
    {
        Places = { new PlanPlace { RegionId = Region, Carbon = new PlanSeries { Stored = new PlanStoredSeries { StartTime = Start, EndTime = End } } } },
        Job = new PlanJob { ArrivalStep = arrival, DurationSteps = 12, SlackSteps = 48, Interruptible = interruptible },
    };

    private static async Task ImportAsync(PipelineRunService.PipelineRunServiceClient client, CancellationToken cancellationToken)
    {
        var (random, lines) = (new Random(13), new StringBuilder("region_id,from,forecast\n"));
        for (var n = 0; n < HalfHours; n++)
            lines.Append(CultureInfo.InvariantCulture, $"{Region},{new DateTime(2025, 1, 1).AddMinutes(30 * n):yyyy-MM-dd'T'HH:mm'Z'},{random.Next(20, 300)}\n");
        using var call = client.ImportSeries(cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(new ImportSeriesRequest { Name = "bench", Data = ByteString.CopyFromUtf8(lines.ToString()) }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        if ((await call.ResponseAsync).RowsNew != HalfHours)
            throw new StackException("the import did not store the year");
    }
}
