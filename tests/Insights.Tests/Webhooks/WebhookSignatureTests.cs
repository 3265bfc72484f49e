using System.Text;
using Pylon.Insights.Webhooks;

namespace Pylon.Insights.Tests.Webhooks;

public sealed class WebhookSignatureTests
{
    [Fact]
    public void The_signature_is_that_of_standard_webhooks()
    {
        // Computed with the hmac module of Python.
        const string Expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        var key = WebhookSignature.KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        Assert.Equal(Expected, WebhookSignature.Of(key!, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("{\"test\": 2432232314}")));
    }

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64!")]
    [InlineData("whsec_c2hvcnQ=")]
    public void A_secret_of_another_form_has_no_key(string secret) => Assert.Null(WebhookSignature.KeyOf(secret));

    [Theory]
    [InlineData(1, 0, 5)]
    [InlineData(1, 1, 10)]
    [InlineData(4, 1, 80)]
    [InlineData(100, 1, 43_200)]
    public void The_pause_doubles_up_to_its_bound(int attempt, double jitter, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Backoff.After(attempt, new WebhookOptions(), asked: null, jitter));

    [Fact]
    public void The_receiver_may_ask_for_a_longer_pause_within_the_bound()
    {
        Assert.Equal(TimeSpan.FromMinutes(5), Backoff.After(1, new WebhookOptions(), TimeSpan.FromMinutes(5), jitter: 1));
        Assert.Equal(TimeSpan.FromHours(12), Backoff.After(1, new WebhookOptions(), TimeSpan.FromDays(900), jitter: 1));
        Assert.Equal(TimeSpan.FromSeconds(10), Backoff.After(1, new WebhookOptions(), TimeSpan.FromDays(-1), jitter: 1));
    }
}
