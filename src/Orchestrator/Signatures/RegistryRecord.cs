using System.Globalization;
using System.Text.Json;
using Pylon.Beckn;
using Pylon.Signing;

namespace Pylon.Orchestrator.Signatures;

/// <summary>What a registry says of a key: the key, or why it may not be used.</summary>
/// <param name="Key">Null when there is a refusal.</param>
/// <param name="Refusal">Null when there is a key.</param>
/// <param name="Age">How long the answer is used; null when the registry does not say it.</param>
internal sealed record RegistryRecord(VerificationKey? Key, SignatureRefusal? Refusal, TimeSpan? Age = null)
{
    private const string Subscribed = "SUBSCRIBED";

    /// <summary>Reads the answer of a look-up, v1 and v2: an array of records of which one must be that of the signer. Null when it is not such an answer.</summary>
    /// <param name="body">JSON.</param>
    /// <param name="signer">Whose key was asked for.</param>
    /// <param name="type">What the signer must be: BPP, or BG for a gateway.</param>
    /// <param name="now">The time, between valid_from and valid_until.</param>
    public static RegistryRecord? ReadRecords(ReadOnlyMemory<byte> body, SignerId signer, string type, DateTimeOffset now)
    {
        var root = LenientJson.Parse(body);
        if (root.ValueKind != JsonValueKind.Array)
            return null;
        var mine = root.EnumerateArray().Where(r => r.Get("subscriber_id").Text() == signer.Subscriber && KeyIdOf(r) == signer.Key).ToList();
        return mine switch
        {
            [] => Unknown(),
            [var record] => Read(record, signer, type, now, needsStatus: true),
            _ => Unusable("is in the registry more than once"),
        };
    }

    /// <summary>Reads the answer of a DeDi look-up. Null when it is not such an answer.</summary>
    /// <param name="body">JSON.</param>
    /// <param name="signer">Whose key was asked for.</param>
    /// <param name="type">What the signer must be: BPP, or BG for a gateway.</param>
    /// <param name="networks">The signer must be a member of one of them; empty: of any.</param>
    /// <param name="now">The time, between valid_from and valid_until.</param>
    public static RegistryRecord? ReadDedi(ReadOnlyMemory<byte> body, SignerId signer, string type, IReadOnlyCollection<string> networks, DateTimeOffset now)
    {
        var data = LenientJson.Parse(body).Get("data");
        var details = data.Get("details");
        if (details.ValueKind != JsonValueKind.Object)
            return null;
        if (details.Get("subscriber_id").Text() != signer.Subscriber)
            return Unknown();
        if (networks.Count > 0 && !data.Get("network_memberships").Elements().Any(member => networks.Contains(member.Text())))
            return Unusable("must be a member of a network that is allowed here");
        var age = data.Get("ttl").Number() is { } seconds and >= 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        return Read(details, signer, type, now, needsStatus: false) with { Age = age };
    }

    /// <summary>The registry has no such key.</summary>
    public static RegistryRecord Unknown() => new(null, SignatureRefusal.KeyUnknown("keyId: must be a key that the registry knows"));

    private static RegistryRecord Read(JsonElement record, SignerId signer, string type, DateTimeOffset now, bool needsStatus)
    {
        var status = record.Get("status").Text();
        if (!status.Equals(Subscribed, StringComparison.OrdinalIgnoreCase) && (needsStatus || status.Length > 0))
            return Unusable($"must be {Subscribed} in the registry");
        if (record.Get("type").Text() is { Length: > 0 } other && !other.Equals(type, StringComparison.OrdinalIgnoreCase))
            return Unusable($"must be that of a {type}");
        if (!Holds("valid_from", from => from <= now) || !Holds("valid_until", until => now <= until))
            return Unusable("must be valid now: valid_from, valid_until");
        return VerificationKey.TryParse(record.Get("signing_public_key").Text()) is { } key
            ? new RegistryRecord(key, null)
            : Unusable("must have a signing_public_key of 32 bytes in base64 in the registry");

        bool Holds(string name, Func<DateTimeOffset, bool> rule) =>
            record.Get(name) is var given && (given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
                || (DateTimeOffset.TryParse(given.Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && rule(at)));
    }

    private static string KeyIdOf(JsonElement record) =>
        new[] { "key_id", "unique_key_id", "ukId" }.Select(name => record.Get(name).Text()).FirstOrDefault(id => id.Length > 0) ?? "";

    private static RegistryRecord Unusable(string rule) => new(null, SignatureRefusal.KeyUnusable($"keyId: the key {rule}"));
}
