using System.Net;
using Grpc.Core;
using Pylon.Orchestrator.V1;

namespace Pylon.Web.Tests;

public sealed class PlanTests : IAsyncLifetime
{
    private TestWeb _web = null!;

    public async Task InitializeAsync() => _web = await TestWeb.StartAsync(Samples.Services());

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Fact]
    public async Task TheAddressIsTheQuestion()
    {
        await _web.PageAsync("/web/plan?hours=2&within=10&power=50&interruptible=yes&goal=both&weight=0.7&region=13&region=3");

        var request = _web.Services.Single<PlanWindowRequest>();
        Assert.Equal([13, 3], request.Places.Select(place => place.RegionId));
        Assert.All(request.Places, place => Assert.Equal((11, 11), (place.Carbon.Forecast.Hours, place.Price.Forecast.Hours)));
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromHours(8)), (request.Job.Duration.ToTimeSpan(), request.Job.Slack.ToTimeSpan()));
        Assert.Equal((true, 50.0, PlanObjectiveKind.Weighted, 0.7), (request.Job.Interruptible, request.Job.PowerKw.Single(), request.Job.Objective.Kind, request.Job.Objective.CarbonWeight));
    }

    [Fact]
    public async Task WithoutAQuestionThePlannerIsNotAsked()
    {
        Assert.Contains("Say what the work needs", await _web.PageAsync("/web/plan"), StringComparison.Ordinal);
        Assert.Empty(_web.Services.Received);
    }

    [Fact]
    public async Task ThePlanShowsItsStepsAndLeadsToTheWorkload()
    {
        var page = await _web.PageAsync("/web/plan?hours=1&within=24&power=100");

        Assert.Equal(14, _web.Services.Single<PlanWindowRequest>().Places.Count);
        Assert.Equal(2, page.Split("<rect class=\"chosen-step\" x").Length - 1);
        Assert.Equal(2, page.Split("<rect class=\"other-step\" x").Length - 1);
        foreach (var words in new[] { "London", "30 % less carbon", "70 g/kWh", "7 kg CO₂", "Start at once", "100 % published forecast (Carbon Intensity API)", "/web/workloads/new?name=Planned", "&energy=100&deadline=2026-11-27T10%3A10" })
            Assert.Contains(words, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheTradeOffIsACurveAndATableFromTheLowestPriceOn()
    {
        var page = await _web.PageAsync("/web/plan?hours=1&within=24&power=100");

        var asked = _web.Services.Single<ComparePlansRequest>();
        Assert.True(asked.Pareto && asked.Places.All(place => place.Price is not null));
        Assert.Equal(2, page.Split("<circle class=\"point\"").Length - 1);
        Assert.Contains("2 plans between the lowest price and the least carbon", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("£40.00/MWh</td>", StringComparison.Ordinal) is > 0 and var cheap && cheap < page.IndexOf("£75.00/MWh</td>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WithoutPricesTheWaysAreComparedByCarbonAlone()
    {
        var answer = new ComparePlansResponse();
        _web.Services.On<ComparePlansRequest, ComparePlansResponse>(request => request.Pareto
            ? throw new RpcException(new Status(StatusCode.InvalidArgument, "places[0].price: is not known"))
            : answer);

        var page = await _web.PageAsync("/web/plan?hours=1&within=24&power=100");

        Assert.Contains("The next best places", page, StringComparison.Ordinal);
        Assert.DoesNotContain("What less carbon costs", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hours=x&within=24&power=100", "Hours: must be above 0 and at most 168.")]
    [InlineData("hours=-1&within=1e300&power=NaN", "Hours: must be above 0 and at most 168.")]
    [InlineData("hours=4&within=3.5&power=100", "Within: must be from the 4 h of the work to 168 h.")]
    [InlineData("hours=4&within=100000000&power=100", "Within: must be from the 4 h of the work to 168 h.")]
    [InlineData("hours=1&within=soon&power=100", "Within: must be from the 1 h of the work to 168 h.")]
    [InlineData("hours=1&within=24&power=100&region=99&weight=much", "Job objective: must be better.")]
    public async Task AQuestionThatIsNoneIsRefusedInWords(string query, string words)
    {
        _web.Services.Refuse<PlanWindowRequest>(StatusCode.InvalidArgument, "job.objective: must be better");

        Assert.Contains(words, await _web.PageAsync($"/web/plan?{query}", HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }
}
