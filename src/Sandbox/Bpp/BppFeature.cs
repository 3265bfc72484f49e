using Pylon.Sandbox.Bpp.Callbacks;
using Pylon.Sandbox.Bpp.Catalogs;
using Pylon.Sandbox.Bpp.Orders;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp;

/// <summary>Registers the Beckn provider and maps its endpoints.</summary>
internal static class BppFeature
{
    private static readonly TimeSpan CallbackTimeout = TimeSpan.FromSeconds(10);

    public static void AddBpp(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(BppOptions.Read(settings));
        services.AddSingleton<CatalogStore>();
        services.AddSingleton<CurrentStyle>();
        services.AddSingleton<FaultBoard>();
        services.AddSingleton(new RecentRequests<RequestRecord>(10_000));
        services.AddSingleton<OrderBook>();
        services.AddSingleton<Discovery>();
        services.AddSingleton(s => new CallbackSender(
            new HttpClient { Timeout = CallbackTimeout }, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<CallbackSender>>()));
        services.AddHostedService(s => s.GetRequiredService<CallbackSender>());
        services.AddSingleton<BppHandler>();
    }

    public static void MapBpp(this WebApplication app)
    {
        // An unreadable catalogue stops the start, not the first request.
        _ = app.Services.GetRequiredService<CatalogStore>();
        var handler = app.Services.GetRequiredService<BppHandler>();
        foreach (var action in Actions.All)
            app.MapPost("/bpp/" + action, http => handler.HandleAsync(http, action));
        app.MapBppAdmin();
    }
}
