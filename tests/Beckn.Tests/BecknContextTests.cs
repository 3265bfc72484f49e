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

    private static System.Text.Json.JsonElement Parse(string json) => LenientJson.Parse(Encoding.UTF8.GetBytes(json));
}
