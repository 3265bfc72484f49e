using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Network;

/// <summary>The registry of the network, in the forms of v1, v2 and DeDi, with its faults.</summary>
internal sealed class Registry(NetworkOptions options, NetworkKeys keys, TimeProvider time)
{
    public const string Lookup = "lookup";
    public const string WrongKey = "wrong_key";
    public const string Expired = "expired";
    public const string Unsubscribed = "unsubscribed";
    public const string TwoRecords = "two_records";
    public const string NotFound = "not_found";
    public const string Delay = "delay";
    public const string HttpError = "http_error";
    public const string MalformedBody = "malformed_body";

    public static IReadOnlyList<string> Kinds { get; } = [Delay, HttpError, MalformedBody, NotFound, WrongKey, Expired, Unsubscribed, TwoRecords];

    public FaultBoard Faults { get; } = new();

    public RecentRequests<object> Requests { get; } = new(2_000);

    /// <summary>The records of a subscriber's key, as the faults change them.</summary>
    public IReadOnlyList<JObject> Find(string subscriber, string key, IReadOnlyDictionary<string, Fault> hit)
    {
        Requests.Add(new { at = Json.Time(time.GetUtcNow()), subscriber_id = subscriber, key_id = key, faults = hit.Keys });
        if (hit.ContainsKey(NotFound) || RecordOf(subscriber, key) is not { } record)
            return [];
        if (hit.ContainsKey(WrongKey))
            record["signing_public_key"] = keys.ForeignKey;
        if (hit.ContainsKey(Expired))
            record["valid_until"] = Json.Time(time.GetUtcNow().AddMinutes(-1));
        if (hit.ContainsKey(Unsubscribed))
            record["status"] = "UNSUBSCRIBED";
        return hit.ContainsKey(TwoRecords) ? [record, (JObject)record.DeepClone()] : [record];
    }

    private JObject? RecordOf(string subscriber, string key) =>
        (subscriber, key) == (options.BppId, NetworkKeys.KeyId) ? Record("BPP", subscriber, key, keys.PublicKey)
        : (subscriber, key) == (options.BapId, options.BapKeyId) && options.BapKey is { } bap ? Record("BAP", subscriber, key, bap.ToString())
        : null;

    private JObject Record(string type, string subscriber, string key, string publicKey)
    {
        var now = time.GetUtcNow();
        return new JObject
        {
            ["subscriber_id"] = subscriber,
            ["type"] = type,
            ["domain"] = "beckn.one:DEG:compute-energy:1.0",
            ["key_id"] = key,
            ["signing_public_key"] = publicKey,
            ["valid_from"] = Json.Time(now.AddDays(-1)),
            ["valid_until"] = Json.Time(now.AddDays(365)),
            ["status"] = "SUBSCRIBED",
        };
    }
}
