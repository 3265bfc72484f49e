using System.Text.Json;
using Pylon.Insights.Engines;

namespace Pylon.Insights.Tests.Engines;

public sealed class RagEngineTests
{
    private static readonly RagRequest Request = new("SUP-001", 120, 80, "activity 50 % above normal", "9b2e8d5c-2c38-4d0b-9f4b-0d5b9a8d1c11");

    [Fact]
    public async Task Advice_is_asked_for_without_storing_it()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("RagService:BaseUrl", engine.Address));
        engine.Answers("""
            {"root_cause":"Old trucks","actions":[{"title":"Use rail","description":"Move loads to rail.","co2_reduction":30.5,"cost_impact":"+3%","feasibility":7,"confidence":0.8}],"saved":false,"recommendations":[]}
            """);

        var advice = Assert.IsType<RagAnswer.Advice>(await host.Rag.RecommendAsync(Request, default));

        Assert.Equal("Old trucks", advice.RootCause);
        Assert.Equal(new RagAction("Use rail", "Move loads to rail.", 30.5m, "+3%", 7, 0.8m), Assert.Single(advice.Actions));
        var (path, body) = Assert.Single(engine.Requests);
        Assert.Equal("/api/rag/recommend", path);
        var sent = JsonDocument.Parse(body).RootElement;
        Assert.False(sent.GetProperty("save_to_db").GetBoolean());
        Assert.Equal(("SUP-001", 120m, 80m), (sent.GetProperty("supplier").GetString(), sent.GetProperty("predicted").GetDecimal(), sent.GetProperty("baseline").GetDecimal()));
    }

    [Fact]
    public async Task A_service_that_is_not_set_is_not_called()
    {
        await using var host = new EngineHost();

        Assert.Equal(new RagAnswer.Fallback("the RAG service was not used: RAG_SERVICE_URL is not set"), await host.Rag.RecommendAsync(Request, default));
    }

    [Theory]
    [InlineData(0, 80)]
    [InlineData(120, 0)]
    public async Task A_zero_which_the_service_takes_for_nothing_is_not_sent(int predicted, int baseline)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("RagService:BaseUrl", engine.Address));

        var answer = await host.Rag.RecommendAsync(Request with { PredictedKg = predicted, BaselineKg = baseline }, default);

        Assert.Equal(new RagAnswer.Fallback("the RAG service was not used: it needs a predicted and a baseline value above 0"), answer);
        Assert.Empty(engine.Requests);
    }

    [Fact]
    public async Task A_request_that_fails_is_not_repeated()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("RagService:BaseUrl", engine.Address));
        engine.Answers("no", 503);

        Assert.Equal(new RagAnswer.Fallback("the RAG service was not used: HTTP 503"), await host.Rag.RecommendAsync(Request, default));
        Assert.Single(engine.Requests);
    }

    [Fact]
    public async Task After_five_failures_the_service_is_not_called_any_more()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("RagService:BaseUrl", engine.Address));
        engine.Answers("no", 503);

        for (var call = 0; call < 8; call++)
            await host.Rag.RecommendAsync(Request, default);

        Assert.Equal(5, engine.Requests.Count);
    }

    [Fact]
    public void Texts_become_plain_and_short_and_the_claim_is_at_most_what_was_emitted()
    {
        var body = JsonSerializer.Serialize(new
        {
            root_cause = "Line 1\r\n<b>Line</b> 2",
            actions = new object[]
            {
                new { title = "<script>alert(1)</script>**Use** [rail](http://evil.example)", description = new string('x', 500), co2_reduction = 1e6, cost_impact = 3, feasibility = 99 },
                new { title = "Idle less", description = "", co2_reduction = -5, cost_impact = "\u202E+3%", feasibility = 0 },
            },
        }).Replace("99", "9.6", StringComparison.Ordinal);

        var advice = RagReader.Read(JsonDocument.Parse(body).RootElement, actualKg: 120, out var refusals)!;

        Assert.Equal("Line 1 Line 2", advice.RootCause);
        Assert.Equal("alert(1) Use rail", advice.Actions[0].Title);
        Assert.Equal(200, advice.Actions[0].Description.Length);
        Assert.Equal((120m, "3", 10), (advice.Actions[0].ClaimedKg, advice.Actions[0].CostImpact, advice.Actions[0].Feasibility));
        Assert.Equal((0m, "+3%", 1), (advice.Actions[1].ClaimedKg, advice.Actions[1].CostImpact, advice.Actions[1].Feasibility));
        Assert.Empty(refusals);
    }

    [Fact]
    public void A_bad_action_does_not_stop_the_others()
    {
        var body = JsonDocument.Parse("""
            {"actions":[7,{"title":"<p>","co2_reduction":1,"feasibility":5},{"title":"No number","co2_reduction":"lots","feasibility":5},{"title":"Good","co2_reduction":1,"feasibility":5}]}
            """).RootElement;

        var advice = RagReader.Read(body, 10, out var refusals)!;

        Assert.Equal("Good", Assert.Single(advice.Actions).Title);
        Assert.Equal(["shape", "title", "not_a_number"], refusals.Select(refusal => refusal.Word));
    }

    [Theory]
    [InlineData("""{"root_cause":"x"}""", "shape")]
    [InlineData("""{"actions":{}}""", "shape")]
    [InlineData("""{"actions":[]}""", "no_actions")]
    [InlineData("""{"actions":[{"title":"x"}]}""", "no_actions")]
    public void Advice_without_a_usable_action_is_refused(string body, string word)
    {
        Assert.Null(RagReader.Read(JsonDocument.Parse(body).RootElement, 10, out var refusals));
        Assert.Equal(word, refusals[^1].Word);
    }

    [Fact]
    public void At_most_ten_actions_are_read()
    {
        var body = JsonSerializer.Serialize(new { actions = Enumerable.Range(0, 1000).Select(n => new { title = $"Action {n}", co2_reduction = 1, feasibility = 5 }) });

        Assert.Equal(10, RagReader.Read(JsonDocument.Parse(body).RootElement, 10, out _)!.Actions.Count);
    }

    [Theory]
    [InlineData("a\u0000b\u0007c", 60, "a b c")]
    [InlineData("<<b>script>x", 60, "< script>x")]
    [InlineData("<img src=x onerror=alert(1)", 60, "img src=x onerror=alert(1)")]
    [InlineData("5 < 6 and 7 > 6", 60, "5 < 6 and 7 > 6")]
    [InlineData("# Heading", 60, "Heading")]
    [InlineData("zero\u200Bwidth", 60, "zerowidth")]
    [InlineData("1234567890", 5, "1234…")]
    [InlineData("123😀567", 5, "123…")]
    [InlineData("\uD83D", 5, "")]
    public void A_text_of_others_becomes_plain(string text, int longest, string plain) => Assert.Equal(plain, PlainText.Of(text, longest));

    [Fact]
    public void A_hostile_text_is_no_long_work() =>
        Assert.InRange(PlainText.Of(string.Concat(Enumerable.Repeat("<a[", 1_000_000)), 200).Length, 0, 200);
}
