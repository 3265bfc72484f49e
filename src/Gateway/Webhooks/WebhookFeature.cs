using Pylon.ServiceDefaults;

namespace Pylon.Gateway.Webhooks;

internal static class WebhookFeature
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddValidatedOptions<WebhookOptions>(WebhookOptions.Section);
        return services.AddSingleton<WebhookEndpoints>();
    }

    public static void MapWebhooks(this WebApplication app)
    {
        var webhooks = app.Services.GetRequiredService<WebhookEndpoints>();
        app.MapPost("/beckn/on_{action}", (HttpContext context, string action) => webhooks.Receive(context, $"on_{action}"));
    }
}
