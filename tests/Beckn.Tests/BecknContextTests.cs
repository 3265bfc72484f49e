using System.Text;

namespace Pylon.Beckn.Tests;

public sealed class BecknContextTests
{
    private const string Asked = """{"domain":"beckn.one:DEG:compute-energy:1.0","bap_id":"us","bpp_id":"them"}""";

    [Theory]
    [InlineData("""{"domain":"beckn.one:DEG:compute-energy:1.0","bap_id":"us","bpp_id":"them"}""", null)]
    [InlineData("""{"domain":"beckn.one:deg:compute-energy:1.0","bapId":"us","bppId":"them"}""", null)]
    [InlineData("""{"bpp_id":"them"}""", null)]
    [InlineData("""{"bpp_id":null,"bppId":"them","bap_id":null}""", null)]
    [InlineData("""{"domain":"retail","bpp_id":"them"}""", "domain")]
    [InlineData("""{"domain":5,"bpp_id":"them"}""", "domain")]
    [InlineData("""{"bap_id":"US","bpp_id":"them"}""", "bap_id")]
    [InlineData("""{"bap_id":["us"],"bpp_id":"them"}""", "bap_id")]
    [InlineData("""{"bapId":"others","bpp_id":"them"}""", "bap_id")]
    [InlineData("""{"bap_id":"us","bpp_id":"others"}""", "bpp_id")]
    [InlineData("""{"bap_id":"us","bppId":"others"}""", "bpp_id")]
    [InlineData("""{"bap_id":"us","bpp_id":{}}""", "bpp_id")]
    [InlineData("""{"bap_id":"us"}""", "bpp_id")]
    public void AnswerAgreesWithWhatWasAsked(string answer, string? field)
    {
        Assert.Equal(field, BecknContext.Mismatch(new BecknOptions { BapId = "not used" }, Parse(answer), Parse(Asked)));
        Assert.Equal(field, BecknContext.Mismatch(new BecknOptions { BapId = "us", Id = "them" }, Parse(answer)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"bpp_id":"anybody"}""")]
    public void ProviderThatIsNotKnownMayBeAnybody(string answer) => Assert.Null(BecknContext.Mismatch(new BecknOptions(), Parse(answer)));

    [Theory]
    [InlineData("transaction_id", "transactionId")]
    [InlineData("message_id", "messageId")]
    [InlineData("bap_uri", "bapUri")]
    [InlineData("bpp_uri", "bppUri")]
    public void BothSpellingsAreRead(string snake, string camel)
    {
        Assert.Equal("a", BecknContext.Field(Parse($$"""{"{{snake}}":"a","{{camel}}":"b"}"""), snake).Text());
        Assert.Equal("b", BecknContext.Field(Parse($$"""{"{{camel}}":"b"}"""), snake).Text());
    }

    [Fact]
    public void ContextIsWrittenInTheSpellingOfTheProvider()
    {
        var options = new BecknOptions { BaseUrl = new Uri("http://bpp"), BapUri = new Uri("http://bap") };
        var (snake, camel) = (Of(BecknSpelling.Snake), Of(BecknSpelling.Camel));
        Assert.Equal(
            ["version", "action", "domain", "timestamp", "messageId", "transactionId", "bapId", "bapUri", "bppId", "bppUri", "ttl", "schemaContext"],
            camel.Select(p => p.Key));
        Assert.Equal(snake.Select(p => p.Value?.ToJsonString()), camel.Select(p => p.Value?.ToJsonString()));

        System.Text.Json.Nodes.JsonObject Of(BecknSpelling spelling) =>
            BecknContext.Of(options, "select", Guid.Empty, Guid.Empty, DateTimeOffset.UnixEpoch, "them", "http://them", spelling);
    }

    [Theory]
    [InlineData("""{"transactionId":"a","messageId":"b"}""", BecknSpelling.Camel)]
    [InlineData("""{"bppId":"a"}""", BecknSpelling.Camel)]
    [InlineData("""{"transaction_id":"a","bpp_id":"b"}""", BecknSpelling.Snake)]
    [InlineData("""{"transaction_id":"a","bppId":"b"}""", BecknSpelling.Snake)]
    [InlineData("""{"transaction_id":null,"transactionId":"b"}""", BecknSpelling.Camel)]
    [InlineData("""{"action":"on_select"}""", null)]
    [InlineData("5", null)]
    public void SpellingIsThatOfTheNamesOfTheContext(string context, BecknSpelling? spelling) =>
        Assert.Equal(spelling, BecknContext.SpellingOf(Parse(context)));

    private static System.Text.Json.JsonElement Parse(string json) => LenientJson.Parse(Encoding.UTF8.GetBytes(json));
}
