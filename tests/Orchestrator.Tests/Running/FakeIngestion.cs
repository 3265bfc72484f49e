using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>As much of Ingestion as the flow asks for: each reference is a zone, and there are fourteen regions.</summary>
internal sealed class FakeIngestion : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeIngestion(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>Answers UNAVAILABLE while true.</summary>
    public bool Down { get; set; }

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

    public static async Task<FakeIngestion> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        FakeIngestion fake = null!;
        builder.Services.AddSingleton(_ => fake);
        var app = builder.Build();
        app.MapGrpcService<Market>();
        app.MapGrpcService<Grid>();
        fake = new FakeIngestion(app);
        await app.StartAsync();
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string ZoneId(string key) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)).ToString();

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

        public override Task<ResolveGridZonesResponse> ResolveGridZones(ResolveGridZonesRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            var response = new ResolveGridZonesResponse();
            response.Resolved.AddRange(request.References.Select(r => r.GridZoneCode == fake.UnknownZone ? new ResolvedGridZone() : new ResolvedGridZone
            {
                Zone = new GridZone { Id = ZoneId(r.GridZoneCode), GridZoneCode = r.GridZoneCode, ZoneName = r.ZoneName },
                Match = ZoneMatch.Code,
            }));
            foreach (var resolved in response.Resolved.Where(r => r.Zone is not null && fake.RegionOfZones is not null))
                resolved.Zone.RegionId = fake.RegionOfZones!.Value;
            return Task.FromResult(response);
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
            return Task.FromResult(new GetNationalGridResponse { Grid = new NationalGrid { CarbonIntensity = new GridPoint { Value = 123 } } });
        }

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
                CarbonIntensityGco2Kwh = 150,
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
