using Google.Protobuf.Reflection;
using Grpc.Core;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Json;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding;

/// <summary>Registers transcoding in a host and puts it into the request pipeline.</summary>
public static class TranscodingFeature
{
    /// <summary>
    /// Serves every rpc of these services that has a <c>google.api.http</c> rule. The host registers an
    /// <see cref="IUpstreams"/> that says where the calls go, and may configure <see cref="Requests.TranscodingOptions"/>.
    /// </summary>
    /// <exception cref="FormatException">Two rules share one method and path, or a rule names a field that does not exist.</exception>
    public static IServiceCollection AddTranscoding(this IServiceCollection services, IEnumerable<ServiceDescriptor> transcoded, MessageJson json)
    {
        services.AddOptions();
        services.AddSingleton(json);
        services.AddSingleton(new RouteTable(Binding.Of(transcoded)));
        return services.AddSingleton<Transcoder>();
    }

    /// <summary>
    /// Answers the requests that a rule matches and passes all others on. Call it first in the pipeline.
    /// <paramref name="called"/> gets each finished call with its status code, for metrics. <paramref name="refuse"/> is asked before
    /// anything of a request is read, and says why its caller may not make the call.
    /// </summary>
    public static void UseTranscoding(this WebApplication app, Action<MethodDescriptor, StatusCode>? called = null, Func<HttpContext, MethodDescriptor, Problem?>? refuse = null)
    {
        var transcoder = app.Services.GetRequiredService<Transcoder>();
        app.Use((context, next) => IsGrpc(context.Request) ? next(context) : ServeAsync(context, next));
        // Explicit, because routing would otherwise run before the middleware above.
        app.UseRouting();

        async Task ServeAsync(HttpContext context, RequestDelegate next)
        {
            if (!await transcoder.TryServeAsync(context, called, refuse))
                await next(context);
        }
    }

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
}
