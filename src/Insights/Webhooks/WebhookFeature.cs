using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Webhooks;

internal static class WebhookFeature
{
    private const int MaxHeaderKilobytes = 16;
    private const int MaxDrainBytes = 4096;

    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddValidatedOptions<WebhookOptions>("Webhook");
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsCheck>();
        services
            // The pipeline of the sender bounds the request.
            .AddHttpClient(WebhookSender.HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => HandlerOf(provider.GetRequiredService<IOptions<WebhookOptions>>().Value))
            // They log the URL, whose path may hold a secret.
            .RemoveAllLoggers();
        return services
            .AddLogging(logging => logging.AddFilter("Polly", LogLevel.None))
            .AddSingleton<NoticeStore>()
            .AddSingleton<WebhookSender>()
            .AddHostedService<WebhookWorker>();
    }

    private static SocketsHttpHandler HandlerOf(WebhookOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = options.Url is { IsLoopback: false },
        ConnectTimeout = options.Timeout,
        MaxConnectionsPerServer = options.MaxInFlight,
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        MaxResponseDrainSize = MaxDrainBytes,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };
}
