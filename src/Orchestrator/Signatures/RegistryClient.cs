using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.Signing;

namespace Pylon.Orchestrator.Signatures;

/// <summary>
/// Asks the registry of BECKN_REGISTRY_URL. What a message names is only in the body, or escaped in the path: no message
/// says where the question goes, and a redirection is not followed.
/// </summary>
internal sealed class RegistryClient(IHttpClientFactory http, MessageSigner signer, IOptions<RegistryOptions> options, TimeProvider time, ILogger<RegistryClient> logger)
{
    public const string HttpClientName = "registry";

    private readonly RegistryOptions _options = options.Value;
    private readonly string[] _networks = options.Value.Networks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Null when the registry does not say anything: it is unreachable, slow or answers what is no answer.</summary>
    public async Task<RegistryRecord?> FindAsync(SignerId id, string type)
    {
        using var late = new CancellationTokenSource(_options.Timeout, time);
        try
        {
            using var client = http.CreateClient(HttpClientName);
            using var request = Request(id);
            using var response = await client.SendAsync(request, late.Token);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return RegistryRecord.Unknown();
            if (response.StatusCode != HttpStatusCode.OK)
                return NoAnswer($"HTTP {(int)response.StatusCode}");
            var body = await response.Content.ReadAsByteArrayAsync(late.Token);
            var record = _options.Form == RegistryForm.Dedi
                ? RegistryRecord.ReadDedi(body, id, type, _networks, time.GetUtcNow())
                : RegistryRecord.ReadRecords(body, id, type, time.GetUtcNow());
            return record ?? NoAnswer("its body is not that of a look-up");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return NoAnswer($"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return NoAnswer(e.Message);
        }
    }

    private HttpRequestMessage Request(SignerId id)
    {
        var url = _options.Url!.AbsoluteUri.TrimEnd('/');
        if (_options.Form == RegistryForm.Dedi)
            return new HttpRequestMessage(HttpMethod.Get, $"{url}/lookup/{Uri.EscapeDataString(id.Subscriber)}/subscribers.beckn.one/{Uri.EscapeDataString(id.Key)}");
        var isSigned = _options.Form == RegistryForm.V2;
        var body = JsonSerializer.SerializeToUtf8Bytes(isSigned
            ? new Dictionary<string, string> { ["subscriber_id"] = id.Subscriber, ["unique_key_id"] = id.Key }
            : new Dictionary<string, string> { ["subscriber_id"] = id.Subscriber, ["key_id"] = id.Key });
        var request = new HttpRequestMessage(HttpMethod.Post, isSigned ? $"{url}/v2.0/lookup" : $"{url}/lookup") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (isSigned)
            request.Headers.TryAddWithoutValidation("Authorization", signer.Authorize(body));
        return request;
    }

    private RegistryRecord? NoAnswer(string reason)
    {
        logger.RegistryDoesNotAnswer(reason);
        return null;
    }
}
