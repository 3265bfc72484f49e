using System.IO.Compression;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.HealthChecks;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pylon.Access;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Rpc;

public static class RpcServer
{
    /// <summary>The check that asks no store: it is healthy as long as the process runs its code.</summary>
    public const string SelfCheck = "self";

    /// <summary>The tag of a check that is about the process itself, and not about a store or a peer.</summary>
    public const string OfProcess = "process";

    private const int MaxMessageBytes = 4 * 1024 * 1024;

    /// <summary>The gRPC server with refusals, reflection and health. Messages of at most 4 MB.</summary>
    public static IServiceCollection AddRpcServer(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RefusalTable>();
        services.TryAddSingleton<RefusalInterceptor>();
        services.TryAddSingleton<DescribedServices>();
        services.TryAddSingleton(provider => new InternalTokens(key: null, "pylon", provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<AccessInterceptor>();
        // Without any check the health service would answer UNKNOWN.
        services.AddGrpcHealthChecks().AddCheck(SelfCheck, () => HealthCheckResult.Healthy(), [OfProcess]);
        services.AddOptions<GrpcHealthChecksOptions>().Configure<DescribedServices>((options, described) =>
        {
            foreach (var service in described.Services)
                options.Services.Map(service.FullName, _ => true);
        });
        services.Configure<HealthCheckPublisherOptions>(options =>
        {
            options.Delay = TimeSpan.FromSeconds(1);
            // For the log and for who watches; a probe and Check look themselves.
            options.Period = TimeSpan.FromSeconds(15);
        });
        services.TryAddSingleton(provider => new ReflectionV1ServiceImpl(provider.GetRequiredService<DescribedServices>().WithOwn));
        services.TryAddSingleton(provider => new ReflectionServiceImpl(provider.GetRequiredService<DescribedServices>().WithOwn));
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MaxMessageBytes;
            options.MaxSendMessageSize = MaxMessageBytes;
            options.ResponseCompressionAlgorithm = "gzip";
            options.ResponseCompressionLevel = CompressionLevel.Fastest;
            options.Interceptors.Add<AccessInterceptor>();
            options.Interceptors.Add<RefusalInterceptor>();
        });
        return services;
    }

    /// <summary>Adds what a library's exceptions mean to the error table; asked before the built-in rules.</summary>
    public static IServiceCollection AddExceptionMapper(this IServiceCollection services, ExceptionMapper mapper) => services.AddSingleton(mapper);

    /// <summary>Maps health and reflection (v1, and v1alpha for older clients) over <paramref name="services"/>.</summary>
    /// <exception cref="InvalidOperationException">An rpc of theirs says no scope.</exception>
    public static void MapRpcServer(this IEndpointRouteBuilder endpoints, params IEnumerable<ServiceDescriptor> services)
    {
        endpoints.ServiceProvider.GetRequiredService<DescribedServices>().Services = [.. services];
        endpoints.ServiceProvider.GetRequiredService<AccessInterceptor>().Rules = MethodScopes.Of(services);
        endpoints.MapGrpcService<ReflectionV1ServiceImpl>();
        endpoints.MapGrpcService<ReflectionServiceImpl>();
        endpoints.MapGrpcHealthChecksService();
    }
}
