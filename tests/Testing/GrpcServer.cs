using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pylon.Testing;

/// <summary>Services that a test plays, over real gRPC on a free port of this process.</summary>
public static class GrpcServer
{
    /// <summary>Starts them. The address is <c>Urls.Single()</c> of what it returns, which the caller disposes.</summary>
    public static async Task<WebApplication> StartAsync(Action<IEndpointRouteBuilder> map, Action<IServiceCollection>? add = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        add?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
