using Grpc.Core;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Tests.Zones;

public sealed class GridZonesTests
{
    [Fact]
    public async Task ProvidersZonesAreRegisteredOnceAndAnsweredInOrder()
    {
        await using var service = await IngestionService.StartAsync();
        var request = new ResolveGridZonesRequest
        {
            RegisterAs = "beckn:bpp.example",
            References =
            {
                new GridZoneReference { GridZoneCode = " UK-EAST-1 ", ZoneName = "Cambridge-East", Locality = "Cambridge", Region = "East England", Country = "gb" },
                new GridZoneReference { Region = "Yorkshire" },
                new GridZoneReference { GridZoneCode = "gb-r13" },
                new GridZoneReference { Locality = "Atlantis" },
            },
        };

        var first = (await service.Market.ResolveGridZonesAsync(request)).Resolved;
        var second = (await service.Market.ResolveGridZonesAsync(request)).Resolved;

        Assert.Equal([ZoneMatch.Registered, ZoneMatch.Region, ZoneMatch.Code, ZoneMatch.Unspecified], first.Select(r => r.Match));
        Assert.Equal([ZoneMatch.Code, ZoneMatch.Region, ZoneMatch.Code, ZoneMatch.Unspecified], second.Select(r => r.Match));
        Assert.Equal(first.Select(r => r.Zone), second.Select(r => r.Zone));
        Assert.Equal(("UK-EAST-1", "GB", 10, "beckn:bpp.example"), (first[0].Zone.GridZoneCode, first[0].Zone.Country, first[0].Zone.RegionId, first[0].Zone.Source));
        Assert.Equal(["GB-R05", "GB-R13", null], first.Skip(1).Select(r => r.Zone?.GridZoneCode));
    }

    [Theory]
    // By the name of the zone, before its region, which is a country.
    [InlineData("South Scotland", "Edinburgh", "Scotland", "GB", 2)]
    [InlineData("london", "Docklands", "Greater London", "", 13)]
    // By the place of the zone of a region.
    [InlineData("Leeds", "Leeds", "Yorkshire and the Humber", "GB", 5)]
    // By the region.
    [InlineData("Newcastle", "Gateshead", "North East England", "GB", 4)]
    [InlineData("Cardiff Bay", "Penarth", "Wales", "GB", 17)]
    [InlineData("Norwich", "Norwich", "Connecticut", "US", null)]
    [InlineData("Atlantis", "Atlantis", "Atlantis", "GB", null)]
    public async Task ARegisteredZoneLiesInTheRegionThatItsNamesSay(string name, string locality, string region, string country, int? regionId)
    {
        await using var service = await IngestionService.StartAsync();

        var zone = (await service.Market.ResolveGridZonesAsync(new ResolveGridZonesRequest
        {
            RegisterAs = "beckn:bpp.example",
            References = { new GridZoneReference { GridZoneCode = "UK-X-1", ZoneName = name, Locality = locality, Region = region, Country = country } },
        })).Resolved[0].Zone;

        Assert.Equal(regionId, zone.HasRegionId ? zone.RegionId : null);
    }

    [Fact]
    public async Task ZonesAreListedInPages()
    {
        await using var service = await IngestionService.StartAsync();

        var first = await service.Market.ListGridZonesAsync(new ListGridZonesRequest { PageSize = 10 });
        var last = await service.Market.ListGridZonesAsync(new ListGridZonesRequest { PageSize = 10, PageToken = first.NextPageToken });

        Assert.Equal(Enumerable.Range(1, 14).Select(i => $"GB-R{i:00}"), first.Zones.Concat(last.Zones).Select(z => z.GridZoneCode));
        Assert.Equal("", last.NextPageToken);
    }

    private static readonly (ResolveGridZonesRequest Request, string Field)[] Malformed =
    [
        (new() { References = { new GridZoneReference { ZoneName = "a" }, new GridZoneReference { Region = " ", Country = "GB" } } }, "references[1]"),
        (new() { References = { new GridZoneReference { ZoneName = new string('x', 201) } } }, "references[0].zone_name"),
        (new() { References = { new GridZoneReference { GridZoneCode = "a\0b" } } }, "references[0].grid_zone_code"),
        (new(), "references"),
        (new() { References = { Enumerable.Repeat(new GridZoneReference { ZoneName = "a" }, 501) } }, "references"),
        (new() { References = { new GridZoneReference { ZoneName = "a" } }, RegisterAs = "pylon" }, "register_as"),
    ];

    [Fact]
    public async Task MalformedRequestIsRefusedByTheFieldsName()
    {
        await using var service = await IngestionService.StartAsync();
        foreach (var (request, field) in Malformed)
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Market.ResolveGridZonesAsync(request));
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            Assert.StartsWith(field + " ", error.Status.Detail);
        }

        foreach (var request in new[] { new ListGridZonesRequest { PageSize = 501 }, new ListGridZonesRequest { PageToken = "?" }, new ListGridZonesRequest { PageToken = "AnBhZ2U" } })
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Market.ListGridZonesAsync(request));
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        }
    }
}
