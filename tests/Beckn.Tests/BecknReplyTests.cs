using System.Net;
using System.Text;

namespace Pylon.Beckn.Tests;

public sealed class BecknReplyTests
{
    [Theory]
    [InlineData("""{"message":{"ack":{"status":"ACK"}}}""")]
    [InlineData("""{"context":{},"message":{"ack":{"status":"ack"}}}""")]
    [InlineData("""{"message":{"status":"ACK"}}""")]
    [InlineData("""{"status":"ACK","messageId":"m"}""")]
    [InlineData("""{"transaction_id":"t","ack_status":"ACK"}""")]
    public void AckOfEveryGenerationIsUnderstood(string body) => Assert.IsType<BecknReply.Ack>(Read(200, body));

    [Theory]
    [InlineData(200, """{"message":{"ack":{"status":"NACK"}},"error":{"code":"30001","message":"unknown domain"}}""", "30001: unknown domain")]
    [InlineData(400, """{"message":{"status":"NACK","error":{"errorCode":"30002","errorMessage":"no"}}}""", "30002: no")]
    [InlineData(400, """{"status":"NACK","error":{"code":30003}}""", "30003")]
    [InlineData(200, """{"ack_status":"nack"}""", "NACK without a reason")]
    public void NackOfEveryGenerationIsUnderstoodWithItsReason(int status, string body, string reason) =>
        Assert.Equal(reason, Assert.IsType<BecknReply.Nack>(Read(status, body)).Reason);

    [Theory]
    [InlineData("""{"message":{"ack":{"status":"ACK"}}}""", "the provider acknowledges and will send no callback (HTTP 409)")]
    [InlineData("""{"status":"ack","error":{"code":"AckNoCallback","message":"nothing found"}}""", "AckNoCallback: nothing found")]
    public void ConflictWithAckMeansThatNoCallbackWillCome(string body, string reason) =>
        Assert.Equal(reason, Assert.IsType<BecknReply.NoCallback>(Read(409, body)).Reason);

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("""{"context":{"action":"on_select"},"message":{"order":{}}}""")]
    public void ConflictWithoutAckIsAnError(string body) => Assert.IsType<BecknReply.Invalid>(Read(409, body));

    [Fact]
    public void BodyOfTheCallbackIsTheAnswer()
    {
        var answer = Assert.IsType<BecknReply.Answer>(Read(200, """{"context":{"action":"on_select"},"message":{"order":{}}}"""));
        Assert.Equal("on_select", answer.Body.Get("context").Get("action").Text());
    }

    [Fact]
    public void AnswerMayBeAnError()
    {
        var answer = Assert.IsType<BecknReply.Answer>(Read(200, """{"context":{"action":"on_select"},"error":{"code":"40002","message":"sold out"}}"""));
        Assert.Equal("40002: sold out", BecknReply.ErrorOf(answer.Body));
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, "{\"message\":")]
    [InlineData(200, "[]")]
    [InlineData(200, "null")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"status":"MAYBE"}""")]
    [InlineData(200, """{"status":200}""")]
    [InlineData(200, """{"context":{"action":"on_init"},"message":{"order":{}}}""")]
    [InlineData(200, """{"context":{"action":"on_select"}}""")]
    [InlineData(404, """{"message":{"ack":{"status":"ACK"}}}""")]
    [InlineData(302, "")]
    public void AnythingElseIsInvalid(int status, string body) => Assert.IsType<BecknReply.Invalid>(Read(status, body));

    [Fact]
    public void HttpErrorSaysWhatTheBodySays() =>
        Assert.Equal("HTTP 422: 30000: bad filter", Assert.IsType<BecknReply.Invalid>(Read(422, """{"error":{"code":"30000","message":"bad filter"}}""")).Reason);

    [Theory]
    [InlineData("""{"error":{}}""")]
    [InlineData("""{"error":null}""")]
    [InlineData("""{"error":[]}""")]
    [InlineData("""{"message":{}}""")]
    [InlineData("""{"error":{"code":null,"message":null}}""")]
    public void EmptyErrorIsNoError(string body) => Assert.Null(BecknReply.ErrorOf(LenientJson.Parse(Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData("""{"a":"\u0000"}""", """{"a":"\uFFFD"}""")]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\uFFFD"}""")]
    [InlineData("""{"\udc00":1}""", """{"\uFFFD":1}""")]
    [InlineData("""{"a":1e400000}""", """{"a":"1e400000"}""")]
    public void OnlyWhatCannotBeKeptIsReplaced(string json, string kept) =>
        Assert.Equal(kept, LenientJson.Parse(Encoding.UTF8.GetBytes(json)).GetRawText());

    [Fact]
    public void BytesThatAreNotUtf8AreReplaced() =>
        Assert.Equal("caf\uFFFD", LenientJson.Parse(Encoding.Latin1.GetBytes("""{"a":"café"}""")).Get("a").Text());

    [Fact]
    public void PairedSurrogatesAreText() =>
        Assert.Equal("😀", LenientJson.Parse(Encoding.UTF8.GetBytes("""{"a":"\ud83d\ude00"}""")).Get("a").Text());

    private static BecknReply Read(int status, string body) => BecknReply.Read((HttpStatusCode)status, Encoding.UTF8.GetBytes(body), "select");
}
