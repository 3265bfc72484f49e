using Microsoft.Extensions.Options;

namespace Pylon.Insights.Webhooks;

/// <summary>What the settings of the webhook must be together.</summary>
internal sealed class WebhookOptionsCheck : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        List<string> wrong = [];
        if (options.Url is { } url && (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.UserInfo.Length > 0))
            wrong.Add("Webhook__Url: must be an absolute http or https URL without a user");
        if (options.Url is not null && string.IsNullOrEmpty(options.Secret))
            wrong.Add("Webhook__Secret: is required with Webhook__Url: whsec_ and the base64 of 24 to 64 random bytes");
        else if (!string.IsNullOrEmpty(options.Secret) && WebhookSignature.KeyOf(options.Secret) is null)
            wrong.Add("Webhook__Secret: must be whsec_ and the base64 of 24 to 64 random bytes");
        if (options.Lease <= options.Timeout)
            wrong.Add("Webhook__Lease: must be longer than Webhook__Timeout");
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
