using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pylon.Access;
using Pylon.Rpc;
using Pylon.ServiceDefaults.Callers;
using Pylon.ServiceDefaults.Configuration;
using Pylon.ServiceDefaults.Start;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.ServiceDefaults;

public static class Defaults
{
    /// <summary>
    /// What every process of Pylon does the same: ports (<see cref="ListenOptions"/>), the settings' short names,
    /// logs, metrics, traces, health, the gRPC server, an orderly end.
    /// </summary>
    /// <param name="name">The service in lower case, for example "orchestrator"; the name in telemetry.</param>
    /// <param name="defaultGrpcPort">Null for a process without gRPC.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string name, int? defaultGrpcPort, int defaultHttpPort)
    {
        SettingAliases.Apply(builder.Configuration, name);
        Logs.Configure(builder.Logging, builder.Configuration);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(provider => new ListenOptions(
            provider.GetRequiredService<IConfiguration>(), name, defaultGrpcPort, defaultHttpPort, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddOptions<KestrelServerOptions>().Configure<ListenOptions>((kestrel, listen) => listen.Apply(kestrel));
        builder.Services.AddOptions<ListenSettings>().Configure<ListenOptions>((_, listen) =>
        {
            if (listen.Failures is { Count: > 0 } failures)
                throw new OptionsValidationException(name, typeof(ListenOptions), failures);
        }).ValidateOnStart();
        StartRequirements.AddCheck(builder.Services);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddValidatedOptions<DrainOptions>(DrainOptions.Section);
        builder.Services.AddSingleton<DrainingLifetime>().AddSingleton<IHostLifetime>(provider => provider.GetRequiredService<DrainingLifetime>());

        builder.Services.AddHostedService(provider => new IdleSettings(name, provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<ILogger<IdleSettings>>()));

        builder.Services.AddValidatedOptions<AccessOptions>(AccessOptions.Section);
        builder.Services.AddAccess(name, isServer: defaultGrpcPort is not null);
        builder.Services.AddRpcServer();
        builder.Services.AddHealthChecks().Add(new(DrainingLifetime.CheckName, provider => provider.GetRequiredService<DrainingLifetime>(), failureStatus: null, [RpcServer.OfProcess]));
        builder.Services.AddSingleton<IHealthCheckPublisher, HealthLog>();
        Telemetry.Add(builder.Services, builder.Configuration, name);

        // The Redis client blocks pool threads while a connection is lost; the pool must not starve meanwhile.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 64), ports);
        return builder;
    }

    /// <summary><c>GET /health/live</c>, <c>/health/startup</c>, <c>/health/ready</c>, <c>/metrics</c>, gRPC health, and reflection over <paramref name="services"/>.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app, params IEnumerable<ServiceDescriptor> services)
    {
        HealthEndpoint.Map(app);
        app.MapPrometheusScrapingEndpoint().WithMetadata(ScopeRule.OneOf(Scope.Admin));
        app.MapRpcServer(services);
        return app;
    }

    /// <summary>
    /// Runs until the process is asked to stop. A wrong setting or a port in use ends the start: one line for each on
    /// standard error, and 1 as the result; <c>return await app.RunServiceAsync();</c>
    /// </summary>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        try
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception) when (StartFailure.Explain(exception) is { Count: > 0 } lines)
        {
            foreach (var line in lines)
                await Console.Error.WriteLineAsync(line);
            await app.DisposeAsync();
            return 1;
        }
    }

    /// <summary>
    /// The same for a service whose parts need settings while they are put together, such as addresses. The shape of a
    /// Program: <c>Main</c> calls this with <c>Build</c>, and tests call <c>Build</c> with their own servers.
    /// </summary>
    /// <param name="build">Puts the service together.</param>
    /// <param name="instead">What is done with it in place of running it; the result is the exit code.</param>
    public static async Task<int> RunServiceAsync(Func<WebApplication> build, Func<IServiceProvider, Task<int>>? instead = null)
    {
        WebApplication app;
        try
        {
            app = build();
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }

        if (instead is null)
            return await app.RunServiceAsync();
        await using (app)
            return await instead(app.Services);
    }

    /// <summary>Carries the check at the start; it holds nothing.</summary>
    private sealed class ListenSettings;
}
