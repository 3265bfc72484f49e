using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;
using Pylon.Signing;

namespace Pylon.Sandbox.Network;

/// <summary>The Beckn network that the provider and Pylon are in: their keys, and its registry.</summary>
internal static class NetworkFeature
{
    private const string UnsignedLookup = "1020";
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(10);

    public static void AddNetwork(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(NetworkOptions.Read(settings));
        services.AddSingleton<NetworkKeys>();
        services.AddSingleton<Registry>();
    }

    public static void MapNetwork(this WebApplication app)
    {
        var registry = app.Services.GetRequiredService<Registry>();
        var keys = app.Services.GetRequiredService<NetworkKeys>();
        // A body with a return: without one, the compiler takes the lambda for one that writes the answer itself.
        app.MapPost("/registry/lookup", async (HttpContext http) =>
        {
            return await LookUpAsync(http, registry, await Raw.ReadAsync(http));
        });
        app.MapPost("/registry/v2.0/lookup", async (HttpContext http) =>
        {
            var body = await Raw.ReadAsync(http);
            return keys.Refusal(http.Request, body) is { } refusal
                ? Json.Result(new { message = new { ack = new { status = "NACK" } }, error = new { code = UnsignedLookup, message = refusal.Reason } }, 401)
                : await LookUpAsync(http, registry, body);
        });
        app.MapGet("/registry/dedi/lookup/{subscriber}/subscribers.beckn.one/{key}", async (HttpContext http, string subscriber, string key) =>
        {
            var hit = registry.Faults.Take(Registry.Lookup, "", _ => true);
            return await FailAsync(http, hit) ?? registry.Find(subscriber, key, hit) switch
            {
                [] => Json.Result(new { message = "no such record" }, 404),
                [var record, ..] => Json.Result(new JObject
                {
                    ["message"] = "found",
                    ["data"] = new JObject { ["record_id"] = key, ["details"] = record, ["network_memberships"] = new JArray("sandbox.pylon.local/network"), ["ttl"] = 300 },
                }),
            };
        });

        var admin = app.MapGroup("/admin/registry");
        admin.MapPost("/rotate", () =>
        {
            keys.Rotate();
            return Json.Result(new { key_id = NetworkKeys.KeyId, signing_public_key = keys.PublicKey });
        });
        // For notices that a person or a test makes up: the header that goes with exactly these bytes.
        admin.MapPost("/sign", async (HttpContext http) =>
        {
            return Json.Result(new { authorization = keys.Sign(await Raw.ReadAsync(http)) });
        });
        admin.MapRecent("/requests", registry.Requests);
        admin.MapFaults("/faults", registry.Faults, Registry.Kinds, [Registry.Lookup], DefaultDelay);
    }

    private static async Task<IResult> LookUpAsync(HttpContext http, Registry registry, byte[] body)
    {
        var hit = registry.Faults.Take(Registry.Lookup, "", _ => true);
        if (await FailAsync(http, hit) is { } failed)
            return failed;
        JObject asked;
        try
        {
            asked = Json.Parse(System.Text.Encoding.UTF8.GetString(body)) as JObject ?? throw new BadInputException("body", "the body must be a JSON object");
        }
        catch (JsonException malformed)
        {
            throw new BadInputException("body", "the body is not JSON: " + malformed.Message);
        }

        var subscriber = asked.Text("subscriber_id") ?? throw new BadInputException("subscriber_id", "'subscriber_id' is required");
        var key = asked.Text("key_id") ?? asked.Text("unique_key_id") ?? throw new BadInputException("key_id", "'key_id' or 'unique_key_id' is required");
        return Json.Result(new JArray(registry.Find(subscriber, key, hit)));
    }

    private static async Task<IResult?> FailAsync(HttpContext http, IReadOnlyDictionary<string, Fault> hit)
    {
        if (hit.TryGetValue(Registry.Delay, out var delay))
            await Task.Delay(delay.Delay, http.RequestServices.GetRequiredService<TimeProvider>(), http.RequestAborted);
        if (hit.TryGetValue(Registry.HttpError, out var error))
            return Json.Result(new { error = "server error on demand" }, error.HttpStatus ?? 500);
        return hit.ContainsKey(Registry.MalformedBody) ? Results.Text("[{\"subscriber_id\":", "application/json") : null;
    }
}
