using System.Text.Json;
using Microsoft.Extensions.Options;
using Pylon.Beckn;

namespace Pylon.Orchestrator.Llm;

/// <summary>
/// The generateContent call of the Gemini API, v1beta (ai.google.dev/api/generate-content). The key is sent in a header, so
/// that it is in no log of addresses.
/// </summary>
internal sealed class Gemini(HttpClient http, IOptions<GeminiOptions> options)
{
    /// <param name="prompt">What is asked.</param>
    /// <param name="maxTokens">The longest answer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GeminiException">There is no text; the message gives the reason.</exception>
    public async Task<string> GenerateAsync(string prompt, int maxTokens, CancellationToken cancellationToken)
    {
        var target = $"{options.Value.BaseUrl.AbsoluteUri.TrimEnd('/')}/v1beta/models/{Uri.EscapeDataString(options.Value.Model)}:generateContent";
        using var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = JsonContent.Create(new
            {
                contents = new[] { new { role = "user", parts = new[] { new { text = prompt } } } },
                generationConfig = new { temperature = 0.2, maxOutputTokens = maxTokens },
            }),
        };
        request.Headers.Add("x-goog-api-key", options.Value.ApiKey);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(options.Value.Timeout);
        try
        {
            using var response = await http.SendAsync(request, bound.Token);
            var body = LenientJson.Parse(await response.Content.ReadAsByteArrayAsync(bound.Token));
            return response.IsSuccessStatusCode
                ? TextOf(body)
                : throw new GeminiException($"HTTP {(int)response.StatusCode} {body.Get("error").Get("status").Text()}".TrimEnd());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GeminiException($"no answer within {options.Value.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new GeminiException(e.Message, e);
        }
    }

    private static string TextOf(JsonElement body)
    {
        var parts = body.Get("candidates").First().Get("content").Get("parts").Elements().Select(p => p.Get("text").Text());
        var text = string.Concat(parts).Trim();
        if (text.Length > 0)
            return text;
        var reason = body.Get("promptFeedback").Get("blockReason").Text();
        throw new GeminiException(reason.Length > 0 ? $"the prompt is blocked: {reason}" : "the answer has no text");
    }
}
