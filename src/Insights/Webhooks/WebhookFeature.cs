using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Outgoing;

namespace Pylon.Insights.Webhooks;

internal static class WebhookFeature
{
    private const int MaxHeaderKilobytes = 16;
    private const int MaxDrainBytes = 4096;

    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddValidatedOptions<WebhookOptions>("Webhook");
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsCheck>();
        services.AddOutgoingClient(WebhookSender.HttpClientName, MaxDrainBytes, provider => [Options(provider).Url], (provider, handler) => Configure(handler, Options(provider)));
        return services
            .AddLogging(logging => logging.AddFilter("Polly", LogLevel.None))
            .AddSingleton<NoticeStore>()
            .AddSingleton<WebhookSender>()
            .AddHostedService<WebhookWorker>();
    }

    private static WebhookOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<WebhookOptions>>().Value;

    private static void Configure(SocketsHttpHandler handler, WebhookOptions options)
    {
        handler.UseProxy = options.Url is { IsLoopback: false };
        handler.ConnectTimeout = options.Timeout;
        handler.MaxConnectionsPerServer = options.MaxInFlight;
        handler.MaxResponseHeadersLength = MaxHeaderKilobytes;
        handler.MaxResponseDrainSize = MaxDrainBytes;
    }
}
