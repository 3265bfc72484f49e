using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Common.V1;
using Pylon.Forecasting.Gaps;
using Pylon.Ingestion.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>As much of Ingestion as the flow asks for: each reference is a zone, and there are fourteen regions.</summary>
internal sealed class FakeIngestion : IAsyncDisposable
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);
    private readonly WebApplication _app;
    private int _waiting;

    private FakeIngestion(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>Answers UNAVAILABLE while true.</summary>
    public bool Down { get; set; }

    /// <summary>Answers UNAVAILABLE to the forecast alone, which only decisions ask for.</summary>
    public bool ForecastDown { get; set; }

    /// <summary>gCO2/kWh of a region by its id; 150 for the others.</summary>
    public Dictionary<int, double> Intensities { get; } = [];

    /// <summary>The demand now, MW.</summary>
    public double DemandMw { get; set; } = 27_500;

    /// <summary>ResolveGridZones answers when it completes; at once while null.</summary>
    public TaskCompletionSource? Stalled { get; set; }

    /// <summary>Calls that wait for it.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>What the names of the regions end in.</summary>
    public string RegionSuffix { get; set; } = "";

    /// <summary>A code that no zone is found for.</summary>
    public string UnknownZone { get; set; } = "";

    /// <summary>The region that every zone of a catalogue lies in; null for none.</summary>
    public int? RegionOfZones { get; set; }

    /// <summary>The values of a series in a half hour; UNAVAILABLE without it.</summary>
    public Func<ListSignalsRequest, DateTimeOffset, GridPoint?>? Signals { get; set; }

    /// <summary>The transaction of a catalogue that Ingestion has asked for.</summary>
    public string Asked { get; set; } = "";

    /// <summary>Half hours of each series and region (0 for none) from <see cref="SeriesStart"/> on; NaN is missing.</summary>
    public ConcurrentDictionary<(GridSeries Series, int Region), double[]> Series { get; } = [];

    /// <summary>The first half hour of every series.</summary>
    public DateTimeOffset SeriesStart { get; set; } = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What every series has as its version.</summary>
    public string Version { get; set; } = "1";

    /// <summary>How often values were read, and not only their version.</summary>
    public int Reads { get; private set; }

    public static async Task<FakeIngestion> StartAsync()
    {
        FakeIngestion fake = null!;
        var app = await GrpcServer.StartAsync(Map, services => services.AddSingleton(_ => fake));
        return fake = new FakeIngestion(app);

        static void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGrpcService<Market>();
            endpoints.MapGrpcService<Grid>();
            endpoints.MapGrpcService<SeriesOfTest>();
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string ZoneId(string key) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)).ToString();

    private double[] Span(GridSeries series, int region, Timestamp start, Timestamp end)
    {
        var known = Series.GetValueOrDefault((series, region), []);
        var (first, last) = ((int)((start.ToDateTimeOffset() - SeriesStart) / HalfHour), (int)((end.ToDateTimeOffset() - SeriesStart) / HalfHour));
        return [.. Enumerable.Range(first, last - first).Select(n => n >= 0 && n < known.Length ? known[n] : double.NaN)];
    }

    private void CheckUp()
    {
        if (Down)
            throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "down for a test"));
    }

    private sealed class Market(FakeIngestion fake) : MarketService.MarketServiceBase
    {
        public override Task<GetCatalogResponse> GetCatalog(GetCatalogRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            var zone = new GridZone { Id = ZoneId("UK-EAST-1"), GridZoneCode = "UK-EAST-1", RegionId = 10 };
            return Task.FromResult(new GetCatalogResponse
            {
                Entries = { new CatalogEntry { Window = new ComputeWindow { Id = "w1", GridZoneId = zone.Id }, GridZone = zone } },
            });
        }

        public override Task<ReceiveCatalogResponse> ReceiveCatalog(ReceiveCatalogRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            return Task.FromResult(new ReceiveCatalogResponse { Taken = request.TransactionId == fake.Asked });
        }

        public override async Task<ResolveGridZonesResponse> ResolveGridZones(ResolveGridZonesRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            if (fake.Stalled is { } stalled)
            {
                Interlocked.Increment(ref fake._waiting);
                await stalled.Task.WaitAsync(context.CancellationToken);
            }

            var response = new ResolveGridZonesResponse();
            response.Resolved.AddRange(request.References.Select(r => r.GridZoneCode == fake.UnknownZone ? new ResolvedGridZone() : new ResolvedGridZone
            {
                Zone = Zone(r),
                Match = ZoneMatch.Code,
            }));
            foreach (var resolved in response.Resolved.Where(r => r.Zone is not null && fake.RegionOfZones is not null))
                resolved.Zone.RegionId = fake.RegionOfZones!.Value;
            return response;
        }
    }

    // GB-R05 lies in region 5.
    private static GridZone Zone(GridZoneReference reference)
    {
        var zone = new GridZone { Id = ZoneId(reference.GridZoneCode), GridZoneCode = reference.GridZoneCode, ZoneName = reference.ZoneName };
        if (reference.GridZoneCode.StartsWith("GB-R", StringComparison.Ordinal))
            zone.RegionId = int.Parse(reference.GridZoneCode.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture);
        return zone;
    }

    private sealed class SeriesOfTest(FakeIngestion fake) : SeriesService.SeriesServiceBase
    {
        public override Task<GetSeriesVersionResponse> GetSeriesVersion(GetSeriesVersionRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            return Task.FromResult(new GetSeriesVersionResponse { Version = fake.Version });
        }

        public override Task<ReadSeriesResponse> ReadSeries(ReadSeriesRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            fake.Reads++;
            var values = fake.Span(request.Series, request.RegionId, request.StartTime, request.EndTime);
            var indexes = values.Select(value => double.IsNaN(value) ? 0 : 1).ToList();
            var gaps = GapLine.Fill(values, request.Fill == SeriesFill.Linear ? 48 : 0);
            return Task.FromResult(new ReadSeriesResponse
            {
                StartTime = request.StartTime,
                Step = HalfHour.ToDuration(),
                Values = { values },
                SourceIndexes = { indexes },
                Sources = { new SeriesSource(), new SeriesSource { Source = "neso", Actual = true } },
                Gaps = { gaps.Select(gap => new SeriesGap { First = gap.First, HalfHours = gap.Count, Fill = gap.IsFilled ? SeriesFill.Linear : SeriesFill.None }) },
                AsKnownAt = request.AsKnownAt ?? request.EndTime,
                Version = fake.Version,
            });
        }
    }

    private sealed class Grid(FakeIngestion fake) : GridService.GridServiceBase
    {
        /// <summary>Two half hours a page.</summary>
        public override Task<ListSignalsResponse> ListSignals(ListSignalsRequest request, ServerCallContext context)
        {
            var signals = fake.Signals ?? throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "no signals in this test"));
            var start = request.PageToken.Length > 0
                ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.PageToken, System.Globalization.CultureInfo.InvariantCulture))
                : request.StartTime.ToDateTimeOffset();
            var (next, end) = (start.AddHours(1), request.EndTime.ToDateTimeOffset());
            var response = new ListSignalsResponse { NextPageToken = next < end ? $"{next.ToUnixTimeSeconds()}" : "" };
            for (var at = start; at < next && at < end; at = at.AddMinutes(30))
            {
                if (signals(request, at) is not { } point)
                    continue;
                point.Window = new Window { StartTime = Timestamp.FromDateTimeOffset(at), EndTime = Timestamp.FromDateTimeOffset(at.AddMinutes(30)) };
                response.Points.Add(point);
            }

            return Task.FromResult(response);
        }

        public override Task<GetNationalGridResponse> GetNationalGrid(GetNationalGridRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            return Task.FromResult(new GetNationalGridResponse
            {
                Grid = new NationalGrid
                {
                    CarbonIntensity = Point(0, 123, actual: true),
                    Demand = Point(0, fake.DemandMw, actual: true),
                    SystemPrice = Point(-1, 42.5, actual: true),
                    GenerationMix = { new FuelShare { Fuel = "wind", Percent = 60 }, new FuelShare { Fuel = "gas", Percent = 30.5 }, new FuelShare { Fuel = "hydro", Percent = 9.5 } },
                }
            });
        }

        public override Task<GetForecastResponse> GetForecast(GetForecastRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            if (fake.ForecastDown)
                throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "down for a test"));
            if (!fake.Series.IsEmpty)
                return Task.FromResult(OfSeries(request));
            var value = request.Series == GridSeries.Demand ? 30_000 : 100;
            return Task.FromResult(new GetForecastResponse { Points = { Enumerable.Range(0, request.Hours * 2).Select(n => Point(n, value + n, actual: false)) } });
        }

        /// <summary>A day of the source, then a model with bands; the last value is synthetic.</summary>
        private GetForecastResponse OfSeries(GetForecastRequest request)
        {
            fake.Reads++;
            var response = new GetForecastResponse();
            var end = request.StartTime.ToDateTimeOffset().AddHours(request.Hours).ToTimestamp();
            var values = fake.Span(request.Series, request.RegionId, request.StartTime, end);
            for (var n = 0; n < values.Length; n++)
            {
                if (double.IsNaN(values[n]))
                    continue;
                var start = request.StartTime.ToDateTimeOffset() + (n * HalfHour);
                response.Points.Add(new GridPoint
                {
                    Window = new Window { StartTime = start.ToTimestamp(), EndTime = (start + HalfHour).ToTimestamp() },
                    Value = values[n],
                    Source = n < 48 ? "carbon-intensity" : n < values.Length - 1 ? "model" : "synthetic",
                    Model = n >= 48 && n < values.Length - 1 ? "ridge-direct" : "",
                    Synthetic = n == values.Length - 1,
                    Band80 = n >= 48 ? new ForecastBand { Lower = values[n] - 10, Upper = values[n] + 10 } : null,
                });
            }

            return response;
        }

        private static GridPoint Point(int halfHour, double value, bool actual) => new()
        {
            Value = value,
            Actual = actual,
            Source = "carbon-intensity",
            CarbonIndex = "low",
            SettlementPeriod = 1,
            CapturedAt = new Timestamp { Seconds = 1_767_225_600 },
            Window = new Window { StartTime = new Timestamp { Seconds = 1_767_225_600 + (1800 * halfHour) } },
        };

        public override Task<ListRegionalGridResponse> ListRegionalGrid(ListRegionalGridRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            var response = new ListRegionalGridResponse();
            var now = TimeProvider.System.GetUtcNow();
            var halfHour = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.FromMinutes(30).Ticks), TimeSpan.Zero);
            response.Regions.AddRange(Enumerable.Range(1, 14).Select(id => new RegionalGrid
            {
                RegionId = id,
                RenewableMixPercent = 30 + id,
                CarbonIntensityGco2Kwh = fake.Intensities.GetValueOrDefault(id, 150),
                RegionName = $"Region {id}",
                CarbonIndex = "moderate",
                Source = "synthetic",
                CapturedAt = new Timestamp { Seconds = 1_767_225_600 },
                Synthetic = true,
                Window = new Window
                {
                    StartTime = Timestamp.FromDateTimeOffset(halfHour),
                    EndTime = Timestamp.FromDateTimeOffset(halfHour.AddMinutes(30)),
                },
                GridZone = new GridZone
                {
                    Id = ZoneId($"region {id}"),
                    GridZoneCode = $"GB-R{id:00}",
                    RegionId = id,
                    ZoneName = $"Region {id}{fake.RegionSuffix}",
                },
            }));
            return Task.FromResult(response);
        }
    }
}
