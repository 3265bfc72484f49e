using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Pylon.Gateway.Metrics;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Proxy;
using Pylon.Gateway.Webhooks;
using Pylon.Rpc;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Start;
using Pylon.Transcoding.Problems;
using StackExchange.Redis;

namespace Pylon.Gateway.Limits;

/// <summary>Rate limits of callers, with the same refusal in the form of each API.</summary>
internal static class LimitsFeature
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services.AddValidatedOptions<LimitOptions>(LimitOptions.Section);
        services.AddSingleton<RequestKind>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SharedBuckets>(provider, new Lazy<IConnectionMultiplexer>(provider.GetRequiredService<IConnectionMultiplexer>)));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CallerLimiter>(provider, provider.GetRequiredService<IOptions<LimitOptions>>().Value));
        // YARP asks for these options also when there are no limits.
        services.AddOptions<RateLimiterOptions>().Configure<IServiceProvider, GatewayMetrics>((options, provider, metrics) =>
        {
            if (!AreOn(provider))
                return;
            options.GlobalLimiter = provider.GetRequiredService<CallerLimiter>();
            options.OnRejected = (rejected, _) =>
            {
                metrics.Limited();
                return new ValueTask(RefuseAsync(rejected.HttpContext, rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : Soon));
            };
        });
        return services.AddRateLimiter(_ => { });
    }

    /// <summary>Goes behind what finds out who calls, and before what serves.</summary>
    public static void UseLimits(this WebApplication app)
    {
        if (AreOn(app.Services))
            app.UseRateLimiter();
        else
            app.Services.GetRequiredService<ILogger<CallerLimiter>>().NoLimits();
    }

    private static bool AreOn(IServiceProvider services) =>
        services.GetRequiredService<IOptions<LimitOptions>>().Value.Enabled ?? services.GetRequiredService<IConfiguration>().IsProduction();

    private static Task RefuseAsync(HttpContext context, TimeSpan after)
    {
        var refusal = Refusal.ResourceExhausted("RATE_LIMITED", "The caller makes too many requests, or has too many streams open; call again later.", after);
        if (GrpcAnswer.IsGrpc(context.Request))
        {
            GrpcAnswer.Write(context, refusal);
            return Task.CompletedTask;
        }

        return WebhookFeature.IsCallback(context.Request) ? RefuseCallbackAsync(context, refusal) : context.WriteProblemAsync(RefusalProblem.Of(refusal));
    }

    private static Task RefuseCallbackAsync(HttpContext context, Refusal refusal)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = ProblemWriter.Seconds(refusal.RetryAfter!.Value);
        return context.WriteJsonAsync(Nack.Json(refusal.Reason, refusal.Message));
    }
}
