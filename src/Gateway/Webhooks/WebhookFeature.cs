using Pylon.Access;
using Pylon.Gateway.Problems;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Start;
using Pylon.Signing;

namespace Pylon.Gateway.Webhooks;

internal static class WebhookFeature
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddValidatedOptions<WebhookOptions>(WebhookOptions.Section);
        services.AddValidatedOptions<RegistryOptions>(RegistryOptions.Section);
        services.AddStartRequirement("callbacks must be verified", "BecknRegistry:Url");
        return services.AddSingleton<SignatureGate>().AddSingleton<WebhookEndpoints>();
    }

    public static void MapWebhooks(this WebApplication app)
    {
        var webhooks = app.Services.GetRequiredService<WebhookEndpoints>();
        app.MapRest("POST", "/beckn/on_{action}", ScopeRule.Public, context => webhooks.ReceiveAsync(context, $"on_{context.Request.RouteValues["action"]}"));
    }
}
