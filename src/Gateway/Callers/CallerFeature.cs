using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Pylon.Access;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Outgoing;

namespace Pylon.Gateway.Callers;

internal static class CallerFeature
{
    private const int MostKeySetBytes = 256 * 1024;
    private static readonly TimeSpan KeySetLimit = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddCallers(this IServiceCollection services)
    {
        services.AddValidatedOptions<JwtOptions>(JwtOptions.Section);
        services.AddOutgoingClient(nameof(JwtVerifier), MostKeySetBytes, AddressOfKeySet).ConfigureHttpClient(client => client.Timeout = KeySetLimit);
        return services
            .AddSingleton<IDocumentRetriever>(provider => provider.GetRequiredService<IOptions<JwtOptions>>().Value.IsFile
                ? new FileDocumentRetriever()
                : new HttpDocumentRetriever(provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(JwtVerifier))) { RequireHttps = true })
            .AddSingleton<JwtVerifier>()
            .AddSingleton<KeyChecks>()
            .AddSingleton(provider => new KeyCache(provider.GetRequiredService<KeyChecks>().AskAsync, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<OpenStreams>()
            .AddHostedService(provider => provider.GetRequiredService<OpenStreams>())
            .AddSingleton<CallerGate>();
    }

    private static IEnumerable<Uri?> AddressOfKeySet(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<JwtOptions>>().Value is { IsFile: false, Jwks: { } address } ? [new Uri(address)] : [];

    /// <summary>Finds who calls; stands before the limits, which count the calls of a caller.</summary>
    public static void UseCallers(this WebApplication app)
    {
        var gate = app.Services.GetRequiredService<CallerGate>();
        app.Use(gate.IdentifyAsync);
    }

    /// <summary>Answers a caller whose key is not good, or who may not call an rpc; stands behind the limits, so that guessed keys are counted too.</summary>
    public static void UseKnownCallers(this WebApplication app) => app.Use(CallerGate.TurnAwayAsync);

    /// <summary>Asks for the scope of an endpoint; goes behind the routing.</summary>
    public static void UseScopes(this WebApplication app)
    {
        var gate = app.Services.GetRequiredService<CallerGate>();
        app.Use(gate.AdmitAsync);
    }

    /// <summary>Ends the start when an endpoint says no scope; goes behind all that maps one.</summary>
    /// <exception cref="InvalidOperationException">Names them.</exception>
    public static void CheckScopes(this WebApplication app)
    {
        var wrong = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>().Where(endpoint => !CallerGate.HasRule(endpoint)).Select(endpoint => endpoint.RoutePattern.RawText ?? "").Distinct(StringComparer.Ordinal).ToList();
        if (wrong.Count > 0)
            throw new InvalidOperationException($"Each endpoint must say its scope: {string.Join(", ", wrong)}");
    }
}
