using System.Net;
using System.Text.RegularExpressions;

namespace Pylon.Web.Tests;

public sealed class FrameTests : IAsyncLifetime
{
    private TestWeb _web = null!;

    public static TheoryData<string> Pages =>
        ["/", "/?hour=12", "/web/regions/13?with=1", "/web/workloads", $"/web/workloads/{Samples.WorkloadId}", "/web/workloads/new", "/web/plan", "/web/plan?hours=1&within=2&power=100", "/web/hotspots", $"/web/hotspots/{Samples.HotspotId}", "/web/system"];

    public async Task InitializeAsync() => _web = await TestWeb.StartAsync(Samples.Services());

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task APageIsWholeAndLoadsNothingFromElsewhere(string path)
    {
        using var answer = await _web.Http.GetAsync(path);
        var html = await answer.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith("default-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.DoesNotMatch(new Regex("<script(?! src=\"/web/assets/)| style=| on[a-z]+=\"|(src|href|action)=\"(https?:)?//", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), html);
        Assert.DoesNotContain("does not answer", html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(html, "<h1>", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    // A refused form is answered at its own address: its links and a reload begin there.
    [Theory]
    [InlineData("/web/workloads/several?page=2&state=failed", "/web/workloads?page=2&state=failed")]
    [InlineData("/web/workloads/w1/choose", "/web/workloads/w1")]
    [InlineData("/web/hotspots/h1/ignore", "/web/hotspots/h1")]
    [InlineData("/web/hotspots/h1/recommendations/m1/decide", "/web/hotspots/h1")]
    [InlineData("/web/alerts/a1/silence?alerts=t", "/web/hotspots?alerts=t")]
    [InlineData("/web/system/dead-letters/l1/replay?runs=t", "/web/system?runs=t")]
    [InlineData("/web/system/keys?revoked=yes", "/web/system?revoked=yes")]
    public async Task TheAddressOfAFormLeadsToItsScreen(string form, string screen)
    {
        using var answer = await _web.Http.GetAsync(form);

        Assert.Equal((HttpStatusCode.SeeOther, screen), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task APageHasNoNamesOfTheContract(string path)
    {
        var text = Regex.Replace(await _web.PageAsync(path), "<[^>]*>", " ", RegexOptions.None, TimeSpan.FromSeconds(1));

        Assert.DoesNotMatch(new Regex("[A-Z]{2,}_[A-Z]{2,}|PendingUserChoice|Unspecified|NaN| null ", RegexOptions.None, TimeSpan.FromSeconds(1)), text.Replace("TRAINING_RUN", "", StringComparison.Ordinal).Replace("PYLON_ACCESS=keys ./pylon up", "", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task APageWithItsFilesIsSmallerThan150Kilobytes(string path)
    {
        var html = await _web.Http.GetStringAsync(path);
        var size = html.Length;
        foreach (Match file in Regex.Matches(html, "/web/assets/[a-z0-9.]+", RegexOptions.None, TimeSpan.FromSeconds(1)))
            size += (await _web.Http.GetByteArrayAsync(file.Value)).Length;

        Assert.InRange(size, 10_000, 150_000);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task IdsAreUniqueAndLabelsHaveTheirFields(string path)
    {
        var html = await _web.Http.GetStringAsync(path);
        var ids = Regex.Matches(html, " id=\"(?<id>[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => match.Groups["id"].Value).ToList();
        var references = Regex.Matches(html, " (?:for|aria-labelledby|aria-describedby|data-says)=\"(?<id>[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => match.Groups["id"].Value);

        Assert.Equal(ids.Distinct(), ids);
        Assert.Empty(references.Except(ids));
    }

    [Fact]
    public async Task AFileOfThePageIsKeptForAYearAndCompressed()
    {
        var address = Regex.Match(await _web.Http.GetStringAsync("/web/workloads/new"), "/web/assets/[a-z0-9.]+css", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.ParseAdd("gzip, br");

        using var answer = await _web.Http.SendAsync(request);

        Assert.Equal(("text/css", "br"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentEncoding.Single()));
        Assert.Equal(TimeSpan.FromDays(365), answer.Headers.CacheControl?.MaxAge);
    }

    [Theory]
    [InlineData("/web/nowhere")]
    [InlineData("/web/regions/99")]
    [InlineData("/web/regions/north")]
    public async Task AnAddressWithoutAPageSaysSo(string path) =>
        Assert.Contains("There is no page at this address", await _web.PageAsync(path, HttpStatusCode.NotFound), StringComparison.Ordinal);

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "null")]
    public async Task AFormOfAnotherSiteIsRefused(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/web/workloads/{Samples.WorkloadId}/cancel") { Content = new FormUrlEncodedContent([]) };
        request.Headers.Add(header, value);

        using var answer = await _web.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(_web.Services.Received);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Origin", "http://localhost")]
    public async Task AFormOfThisHostIsTakenWhicheverGatewayMadeIt(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/web/zone") { Content = new FormUrlEncodedContent([KeyValuePair.Create("zone", "london"), KeyValuePair.Create("back", "/web/plan?hours=2")]) };
        request.Headers.Add(header, value);

        using var answer = await _web.Http.SendAsync(request);

        Assert.Equal((HttpStatusCode.SeeOther, "/web/plan?hours=2"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Contains("pylon_zone=london", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//elsewhere.example")]
    [InlineData("https://elsewhere.example/")]
    [InlineData("/\\elsewhere.example")]
    public async Task TheSwitchOfTheZoneNeverLeadsToAnotherHost(string back)
    {
        using var answer = await _web.PostAsync("/web/zone", ("zone", "utc"), ("back", back));

        Assert.Equal("/", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task ABodyThatIsNoFormIsRefused()
    {
        using var answer = await _web.Http.PostAsync($"/web/workloads/{Samples.WorkloadId}/cancel", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task AServiceThatIsAwayIsMissingInItsOwnPartOnly()
    {
        var services = Samples.Services();
        services.Refuse<Ingestion.V1.GetNationalGridRequest>(Grpc.Core.StatusCode.DeadlineExceeded, "");
        await using var web = await TestWeb.StartAsync(services);

        var page = await web.PageAsync("/");

        Assert.Contains("Ingestion does not answer", page, StringComparison.Ordinal);
        Assert.Contains("South West England", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/web/system")]
    [InlineData("/web/plan")]
    public async Task WithoutAnyServiceThereIsAPageAllTheSame(string path)
    {
        await using var web = await TestWeb.StartAsync();

        Assert.Contains("</html>", await web.PageAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APageThatFailsSaysSoAndKeepsItsHeaders()
    {
        var services = Samples.Services();
        services.On<Ingestion.V1.ListRunsRequest, Ingestion.V1.ListRunsResponse>(_ => throw new InvalidOperationException("a secret"));
        await using var web = await TestWeb.StartAsync(services);

        using var answer = await web.Http.GetAsync("/web/system");
        var text = await TestWeb.TextAsync(answer);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("This page failed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a secret", text, StringComparison.Ordinal);
        Assert.True(answer.Headers.Contains("Content-Security-Policy"));
    }

    [Fact]
    public async Task TextOfOthersIsNeverMarkup()
    {
        var services = Samples.Services();
        var workload = Samples.Offered();
        (workload.WorkloadName, workload.Summary) = ("<script>alert(1)</script>", "\"><img src=x>");
        services.On<Orchestrator.V1.GetWorkloadRequest, Orchestrator.V1.GetWorkloadResponse>(_ => new Orchestrator.V1.GetWorkloadResponse { Workload = workload });
        await using var web = await TestWeb.StartAsync(services);

        var html = await web.Http.GetStringAsync($"/web/workloads/{Samples.WorkloadId}");

        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
    }
}
