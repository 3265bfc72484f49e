using System.IO.Compression;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Rpc;

public static class RpcServer
{
    private const int MaxMessageBytes = 4 * 1024 * 1024;

    /// <summary>The gRPC server with refusals, reflection and health. Messages of at most 4 MB.</summary>
    public static IServiceCollection AddRpcServer(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RefusalTable>();
        services.TryAddSingleton<RefusalInterceptor>();
        services.TryAddSingleton<DescribedServices>();
        services.AddHealthChecks();
        services.TryAddSingleton<HealthState>();
        services.TryAddEnumerable(Microsoft.Extensions.DependencyInjection.ServiceDescriptor.Singleton<IHealthCheckPublisher, HealthState>(p => p.GetRequiredService<HealthState>()));
        services.Configure<HealthCheckPublisherOptions>(options =>
        {
            options.Delay = TimeSpan.FromSeconds(1);
            options.Period = TimeSpan.FromSeconds(5);
        });
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MaxMessageBytes;
            options.MaxSendMessageSize = MaxMessageBytes;
            options.ResponseCompressionAlgorithm = "gzip";
            options.ResponseCompressionLevel = CompressionLevel.Fastest;
            options.Interceptors.Add<RefusalInterceptor>();
        });
        return services;
    }

    /// <summary>Adds what a library's exceptions mean to the error table; asked before the built-in rules.</summary>
    public static IServiceCollection AddExceptionMapper(this IServiceCollection services, ExceptionMapper mapper) => services.AddSingleton(mapper);

    /// <summary>Maps reflection and health over <paramref name="services"/> (and over themselves).</summary>
    public static void MapRpcServer(this IEndpointRouteBuilder endpoints, params IEnumerable<ServiceDescriptor> services)
    {
        endpoints.ServiceProvider.GetRequiredService<DescribedServices>().Use(services);
        endpoints.MapGrpcService<ReflectionService>();
        endpoints.MapGrpcService<HealthService>();
    }
}
