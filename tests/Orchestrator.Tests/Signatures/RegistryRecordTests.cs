using System.Text;
using System.Text.Json.Nodes;
using Pylon.Orchestrator.Signatures;
using Pylon.Signing;

namespace Pylon.Orchestrator.Tests.Signatures;

public sealed class RegistryRecordTests
{
    private const string Key = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
    private static readonly SignerId Signer = new("bpp.example.com", "k1");
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"status":"subscribed"}""", null)]
    [InlineData("""{"valid_from":null,"valid_until":null,"type":null}""", null)]
    [InlineData("""{"valid_from":"2026-01-01T12:00:00Z","valid_until":"2026-01-01T12:00:00Z"}""", null)]
    [InlineData("""{"status":"INITIATED"}""", "KEY_UNUSABLE")]
    [InlineData("""{"status":"UNDER_SUBSCRIPTION"}""", "KEY_UNUSABLE")]
    [InlineData("""{"status":"EXPIRED"}""", "KEY_UNUSABLE")]
    [InlineData("""{"status":"UNSUBSCRIBED"}""", "KEY_UNUSABLE")]
    [InlineData("""{"status":"INVALID_SSL"}""", "KEY_UNUSABLE")]
    [InlineData("""{"status":null}""", "KEY_UNUSABLE")]
    [InlineData("""{"status":7}""", "KEY_UNUSABLE")]
    [InlineData("""{"type":"BAP"}""", "KEY_UNUSABLE")]
    [InlineData("""{"valid_from":"2026-01-01T12:00:01Z"}""", "KEY_UNUSABLE")]
    [InlineData("""{"valid_until":"2026-01-01T11:59:59Z"}""", "KEY_UNUSABLE")]
    [InlineData("""{"valid_until":"never"}""", "KEY_UNUSABLE")]
    [InlineData("""{"valid_until":99999999999}""", "KEY_UNUSABLE")]
    [InlineData("""{"signing_public_key":null}""", "KEY_UNUSABLE")]
    [InlineData("""{"signing_public_key":"AAAA"}""", "KEY_UNUSABLE")]
    [InlineData("""{"subscriber_id":"other.example.com"}""", "KEY_UNKNOWN")]
    [InlineData("""{"key_id":"k2"}""", "KEY_UNKNOWN")]
    [InlineData("""{"key_id":null,"unique_key_id":"k1"}""", null)]
    public void RecordIsUsedOnlyWhenAllOfItIsRight(string change, string? code)
    {
        var record = Record();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
            record[name] = value?.DeepClone();

        var read = RegistryRecord.ReadRecords(Encoding.UTF8.GetBytes($"[{record.ToJsonString()}]"), Signer, "BPP", Now)!;

        Assert.Equal((code, code is null), (read.Refusal?.Code, read.Key is not null));
    }

    [Fact]
    public void OneOfSeveralKeysIsFoundByItsId()
    {
        var (other, mine) = (Record(), Record());
        other["key_id"] = "k0";
        Assert.NotNull(Read($"[{other.ToJsonString()},{mine.ToJsonString()},7,null,[]]")?.Key);
        Assert.Equal("KEY_UNUSABLE", Read($"[{mine.ToJsonString()},{mine.ToJsonString()}]")?.Refusal?.Code);
        Assert.Equal("KEY_UNKNOWN", Read("[]")?.Refusal?.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[{")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    public void WhatIsNoAnswerSaysNothing(string body) => Assert.Null(Read(body));

    [Theory]
    [InlineData("", null, 300)]
    [InlineData("net.example/one", null, 300)]
    [InlineData("net.example/two", "KEY_UNUSABLE", null)]
    public void DediRecordIsThatOfAMember(string network, string? code, int? seconds)
    {
        var details = Record();
        details.Remove("status");
        var body = new JsonObject { ["data"] = new JsonObject { ["details"] = details, ["network_memberships"] = new JsonArray("net.example/one"), ["ttl"] = 300 } };
        var read = RegistryRecord.ReadDedi(Encoding.UTF8.GetBytes(body.ToJsonString()), Signer, "BPP", network.Length > 0 ? [network] : [], Now)!;
        Assert.Equal((code, seconds), (read.Refusal?.Code, (int?)read.Age?.TotalSeconds));
    }

    private static RegistryRecord? Read(string body) => RegistryRecord.ReadRecords(Encoding.UTF8.GetBytes(body), Signer, "BPP", Now);

    private static JsonObject Record() => new()
    {
        ["subscriber_id"] = Signer.Subscriber,
        ["key_id"] = Signer.Key,
        ["type"] = "BPP",
        ["status"] = "SUBSCRIBED",
        ["signing_public_key"] = Key,
        ["valid_from"] = "2025-01-01T00:00:00Z",
        ["valid_until"] = "2027-01-01T00:00:00Z",
    };
}
