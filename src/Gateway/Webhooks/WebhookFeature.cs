using Pylon.Access;
using Pylon.Gateway.Problems;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Start;
using Pylon.Signing;

namespace Pylon.Gateway.Webhooks;

internal static class WebhookFeature
{
    private const string Callbacks = "/beckn/on_";

    /// <summary>True for a callback of a provider.</summary>
    public static bool IsCallback(HttpRequest request) => request.Path.Value?.StartsWith(Callbacks, StringComparison.Ordinal) == true;

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
        app.MapRest("POST", $"{Callbacks}{{action}}", ScopeRule.Public, context => webhooks.ReceiveAsync(context, $"on_{context.Request.RouteValues["action"]}"));
    }
}
