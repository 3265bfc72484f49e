using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pylon.Gateway.Webhooks;

/// <summary>The body of a refused callback, in the Beckn format: <c>{"message":{"ack":{"status":"NACK"}},"error":{…}}</c>.</summary>
internal sealed record Nack(NackMessage Message, NackError Error)
{
    public static byte[] Json(string code, string message) => JsonSerializer.SerializeToUtf8Bytes(
        new Nack(new NackMessage(new NackStatus("NACK")), new NackError(code, message)), NackJson.Default.Nack);
}

internal sealed record NackMessage(NackStatus Ack);

internal sealed record NackStatus(string Status);

internal sealed record NackError(string Code, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Nack))]
internal sealed partial class NackJson : JsonSerializerContext;
