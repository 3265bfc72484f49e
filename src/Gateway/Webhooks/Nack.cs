using System.Text.Json;

namespace Pylon.Gateway.Webhooks;

internal static class Nack
{
    /// <summary>The body of a refused callback, in the Beckn format: <c>{"message":{"ack":{"status":"NACK"}},"error":{…}}</c>.</summary>
    public static byte[] Json(string code, string message) =>
        JsonSerializer.SerializeToUtf8Bytes(new { message = new { ack = new { status = "NACK" } }, error = new { code, message } });
}
