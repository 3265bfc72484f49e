using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;
using Status = Grpc.Core.Status;

namespace Pylon.Insights.Tests.Shifts;

/// <summary>As much of the Orchestrator as shifts ask for. Its planner tries every start.</summary>
internal sealed class FakeOrchestrator : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeOrchestrator(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>What ListShiftableWorkloads answers.</summary>
    public List<ShiftableWorkload> Shiftable { get; } = [];

    /// <summary>What ListShiftableWorkloads fails with; null for an answer.</summary>
    public Func<ListShiftableWorkloadsRequest, RpcException?> Failure { get; set; } = _ => null;

    /// <summary>gCO2/kWh of a region in a half hour.</summary>
    public Func<int, DateTimeOffset, double> Intensity { get; set; } = (_, _) => 100;

    /// <summary>The shifts that were asked for.</summary>
    public List<ShiftWorkloadRequest> Shifts { get; } = [];

    /// <summary>What ShiftWorkload is answered with; null for success.</summary>
    public Status? Refusal { get; set; }

    /// <summary>INVALID_ARGUMENT as the Orchestrator says it.</summary>
    public static RpcException Invalid(string field)
    {
        var wrong = new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = "must be another" } } };
        var details = new Google.Rpc.Status { Code = (int)StatusCode.InvalidArgument, Details = { Any.Pack(wrong) } };
        return new RpcException(new Status(StatusCode.InvalidArgument, $"{field} must be another"), new Metadata { { "grpc-status-details-bin", details.ToByteArray() } });
    }

    public static async Task<FakeOrchestrator> StartAsync()
    {
        FakeOrchestrator fake = null!;
        var app = await GrpcServer.StartAsync(
            map =>
            {
                map.MapGrpcService<Workloads>();
                map.MapGrpcService<Planner>();
            },
            services => services.AddSingleton(_ => fake));
        fake = new FakeOrchestrator(app);
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class Workloads(FakeOrchestrator fake) : WorkloadService.WorkloadServiceBase
    {
        public override Task<ListShiftableWorkloadsResponse> ListShiftableWorkloads(ListShiftableWorkloadsRequest request, ServerCallContext context) =>
            fake.Failure(request) is { } failure ? throw failure : Task.FromResult(new ListShiftableWorkloadsResponse { Workloads = { fake.Shiftable } });

        public override Task<ShiftWorkloadResponse> ShiftWorkload(ShiftWorkloadRequest request, ServerCallContext context)
        {
            lock (fake.Shifts)
                fake.Shifts.Add(request);
            return fake.Refusal is { } refusal ? throw new RpcException(refusal) : Task.FromResult(new ShiftWorkloadResponse());
        }
    }

    private sealed class Planner(FakeOrchestrator fake) : PlanningService.PlanningServiceBase
    {
        public override async Task PlanBatch(
            IAsyncStreamReader<PlanBatchRequest> requestStream, IServerStreamWriter<PlanBatchResponse> responseStream, ServerCallContext context)
        {
            await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            {
                var response = new PlanBatchResponse();
                response.Results.AddRange(request.Jobs.Select((job, n) => new PlanBatchResult { Index = n, JobId = job.JobId, Plan = Best(job, request.Places) }));
                await responseStream.WriteAsync(response, context.CancellationToken);
            }
        }

        private Plan Best(PlanJob job, IEnumerable<PlanPlace> places)
        {
            var (arrival, length) = (job.ArrivalTime.ToDateTimeOffset(), job.Duration.ToTimeSpan());
            var last = job.Limits.MaxDelay is not null ? arrival
                : job.Limits.Deadline is { } deadline ? deadline.ToDateTimeOffset() - length
                : arrival.AddDays(3);
            var plans =
                from place in places
                where job.Limits.AllowedZones.Contains(place.Zone)
                from n in Enumerable.Range(0, (int)((last - arrival) / TimeSpan.FromMinutes(30)) + 1)
                let start = arrival.AddMinutes(30 * n)
                let steps = (int)(length / TimeSpan.FromMinutes(30))
                let mean = Enumerable.Range(0, steps).Average(step => fake.Intensity(int.Parse(place.Zone.AsSpan(7), CultureInfo.InvariantCulture), start.AddMinutes(30 * step)))
                orderby mean, start
                select new Plan
                {
                    JobId = job.JobId,
                    Zone = place.Zone,
                    Window = new Window { StartTime = start.ToTimestamp(), EndTime = (start + length).ToTimestamp() },
                    Energy = new PlanEnergy { EnergyKwh = job.EnergyKwh, EmissionsGco2 = mean * job.EnergyKwh },
                };
            return plans.First();
        }
    }
}
