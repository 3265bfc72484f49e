using System.Net;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Postcodes;
using Pylon.Ingestion.Tests.Runs;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Postcodes;

public sealed class PostcodeTests
{
    // Shaped as the API's own answer.
    private const string SouthEngland = """{"data":[{"regionid":12,"dnoregion":"SSE South","shortname":"South England","postcode":"RG41","data":[]}]}""";

    [Theory]
    [InlineData("RG41", "RG41")]
    [InlineData("rg41 1aa", "RG41")]
    [InlineData("RG411AA", "RG41")]
    [InlineData(" EC1A ", "EC1A")]
    [InlineData("M1", "M1")]
    [InlineData("W1A0AX", "W1A")]
    public void PostcodeHasItsOutwardCode(string postcode, string expected) => Assert.Equal(expected, OutwardCode.Of(postcode, "postcode"));

    [Theory]
    [InlineData("")]
    [InlineData("RG")]
    [InlineData("41")]
    [InlineData("RG411")]
    [InlineData("RG41/../..")]
    [InlineData("RG41  1AA")]
    [InlineData("ＲＧ41")]
    public void OtherFormIsRefusedByName(string postcode)
    {
        var refused = Assert.Throws<RefusalException>(() => OutwardCode.Of(postcode, "postcode"));

        Assert.Equal("postcode", Assert.Single(refused.Refusal.Violations).Field);
    }

    [Fact]
    public async Task RegionIsAskedForOnceAndKept()
    {
        var source = new Source(_ => (HttpStatusCode.OK, SouthEngland));

        var (first, again) = (await source.Regions.FindAsync("RG41", default), await source.Regions.FindAsync("RG41", default));

        Assert.Equal((12, "South England", ""), (first!.RegionId, first.RegionName, first.Note));
        Assert.Same(first, again);
        Assert.Equal(["/regional/postcode/RG41"], source.Asked);
    }

    [Fact]
    public async Task NumberThatContradictsTheNameIsNoted()
    {
        var source = new Source(_ => (HttpStatusCode.OK, """{"data":[{"regionid":9,"dnoregion":"UKPN East","shortname":"East England","postcode":"EN2"}]}"""));

        var found = await source.Regions.FindAsync("EN2", default);

        Assert.Equal((10, "East England", "the source's number is 9, its name that of region 10, which is taken"), (found!.RegionId, found.RegionName, found.Note));
    }

    [Theory]
    [InlineData("""{"data":[{"regionid":18,"shortname":"GB"}]}""")]
    [InlineData("""{"data":[]}""")]
    [InlineData("{}")]
    [InlineData("down for maintenance")]
    public async Task AnswerWithoutARegionIsUnavailableAndNotKept(string body)
    {
        var source = new Source(asked => (HttpStatusCode.OK, asked == 1 ? body : SouthEngland));

        var refused = await Assert.ThrowsAsync<RefusalException>(() => source.Regions.FindAsync("RG41", default));

        Assert.Equal("SOURCE_UNAVAILABLE", refused.Refusal.Reason);
        Assert.Equal(12, (await source.Regions.FindAsync("RG41", default))!.RegionId);
    }

    [Fact]
    public async Task CodeThatTheSourceDoesNotKnowIsNotFoundAndNotRetried()
    {
        var source = new Source(_ => (HttpStatusCode.BadRequest, """{"error":{"code":"400 Bad Request","message":"Please enter a valid outward postcode"}}"""));

        Assert.Null(await source.Regions.FindAsync("ZZ99", default));
        Assert.Single(source.Asked);
    }

    [Fact]
    public async Task LastAnswerIsGivenWhileTheSourceFails()
    {
        var source = new Source(asked => asked == 1 ? (HttpStatusCode.OK, SouthEngland) : (HttpStatusCode.InternalServerError, ""));
        var first = await source.Regions.FindAsync("RG41", default);

        source.Time.Advance(TimeSpan.FromDays(31));
        var later = await source.Regions.FindAsync("RG41", default);

        Assert.Same(first, later);
        Assert.True(source.Asked.Count > 1);
    }

    [Fact]
    public async Task NinthLookupAtOnceIsRefused()
    {
        var source = new Source(_ => (HttpStatusCode.OK, SouthEngland)) { Answer = new TaskCompletionSource() };
        var eight = Enumerable.Range(1, 8).Select(n => source.Regions.FindAsync($"RG{n}", default)).ToList();

        var refused = await Assert.ThrowsAsync<RefusalException>(() => source.Regions.FindAsync("RG9", default));
        source.Answer.SetResult();

        Assert.Equal("POSTCODE_LOOKUPS_BUSY", refused.Refusal.Reason);
        Assert.All(await Task.WhenAll(eight), Assert.NotNull);
    }

    [Fact]
    public async Task SilentSourceIsUnavailableAfterEightSeconds()
    {
        var source = new Source(_ => (HttpStatusCode.OK, SouthEngland)) { Answer = new TaskCompletionSource() };
        var asking = source.Regions.FindAsync("RG41", default);
        await Eventually.True(() => source.Asked.Count == 1);

        source.Time.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal("SOURCE_UNAVAILABLE", (await Assert.ThrowsAsync<RefusalException>(() => asking)).Refusal.Reason);
    }

    [Fact]
    public async Task ServiceAnswersFromTheSource()
    {
        await using var sandbox = await SimulatedSources.StartAsync();
        await using var service = await IngestionService.StartAsync($"--Sources:CarbonIntensityBaseUrl={sandbox.Url}/carbon-intensity", "--Sources:RequestPause=00:00:00");

        var found = await service.Grid.ResolvePostcodeAsync(new V1.ResolvePostcodeRequest { Postcode = "eh1 1yz" });
        var unknown = await Assert.ThrowsAsync<RpcException>(() => service.Grid.ResolvePostcodeAsync(new V1.ResolvePostcodeRequest { Postcode = "ZZ99" }).ResponseAsync);
        var malformed = await Assert.ThrowsAsync<RpcException>(() => service.Grid.ResolvePostcodeAsync(new V1.ResolvePostcodeRequest { Postcode = "somewhere" }).ResponseAsync);

        Assert.Equal(("EH1", 2, "South Scotland", "carbon-intensity"), (found.OutwardCode, found.RegionId, found.RegionName, found.Source));
        Assert.Equal((StatusCode.NotFound, "POSTCODE_NOT_FOUND"), (unknown.StatusCode, unknown.Reason()));
        Assert.Equal((StatusCode.InvalidArgument, "postcode"), (malformed.StatusCode, Assert.Single(malformed.Violations()).Field));
    }

    /// <summary>A source that answers as the test says.</summary>
    private sealed class Source : HttpMessageHandler
    {
        private readonly Func<int, (HttpStatusCode Status, string Body)> _answer;
        private readonly List<string> _asked = [];

        public Source(Func<int, (HttpStatusCode Status, string Body)> answer)
        {
            _answer = answer;
            var client = new SourceClient(CarbonIntensitySource.Id, new HttpClient(this), new Uri("http://source"), SimulatedSources.Options, Time, SimulatedSources.Metrics, NullLogger<SourceClient>.Instance);
            Regions = new PostcodeRegions(client, Options.Create(SimulatedSources.Options), Time, NullLogger<PostcodeRegions>.Instance);
        }

        public FakeTime Time { get; } = new(new DateTimeOffset(2026, 3, 10, 8, 0, 0, TimeSpan.Zero));

        public PostcodeRegions Regions { get; }

        public TaskCompletionSource? Answer { get; init; }

        public IReadOnlyList<string> Asked
        {
            get
            {
                lock (_asked)
                    return [.. _asked];
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            int count;
            lock (_asked)
            {
                _asked.Add(request.RequestUri!.AbsolutePath);
                count = _asked.Count;
            }

            if (Answer is not null)
                await Answer.Task.WaitAsync(cancellationToken);
            var (status, body) = _answer(count);
            return new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        }
    }
}
