using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Gemini;

/// <summary>Bodies in the shape of the Generative Language API, v1beta.</summary>
internal static class GeminiAnswers
{
    private static readonly string[] Categories =
    [
        "HARM_CATEGORY_SEXUALLY_EXPLICIT", "HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_DANGEROUS_CONTENT",
    ];

    public static JObject Generated(string model, string prompt, string text)
    {
        var (asked, answered) = (Tokens(prompt), Tokens(text));
        return new JObject
        {
            ["candidates"] = new JArray(new JObject
            {
                ["content"] = new JObject { ["parts"] = new JArray(new JObject { ["text"] = text }), ["role"] = "model" },
                ["finishReason"] = "STOP",
                ["index"] = 0,
                ["safetyRatings"] = Ratings("NEGLIGIBLE"),
            }),
            ["usageMetadata"] = Usage(asked, answered),
            ["modelVersion"] = model,
        };
    }

    public static JObject Blocked(string model, string prompt) => new()
    {
        ["promptFeedback"] = new JObject { ["blockReason"] = "SAFETY", ["safetyRatings"] = Ratings("MEDIUM") },
        ["usageMetadata"] = Usage(Tokens(prompt), 0),
        ["modelVersion"] = model,
    };

    public static JObject Empty(string model, string prompt) => new()
    {
        ["candidates"] = new JArray(),
        ["usageMetadata"] = Usage(Tokens(prompt), 0),
        ["modelVersion"] = model,
    };

    public static JObject Error(int code, string status, string message, params JObject[] details)
    {
        var error = new JObject { ["code"] = code, ["message"] = message, ["status"] = status };
        if (details.Length > 0)
            error["details"] = new JArray(details.Cast<object>().ToArray());
        return new JObject { ["error"] = error };
    }

    public static JObject NoKey() => Error(
        403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.");

    public static JObject BadKey() => Error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", new JObject
    {
        ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
        ["reason"] = "API_KEY_INVALID",
        ["domain"] = "googleapis.com",
        ["metadata"] = new JObject { ["service"] = "generativelanguage.googleapis.com" },
    });

    public static JObject QuotaExceeded(string model)
    {
        const string metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests";
        return Error(
            429,
            "RESOURCE_EXHAUSTED",
            $"You exceeded your current quota, please check your plan and billing details. \n* Quota exceeded for metric: {metric}, limit: 0, model: {model}\nPlease retry in 1s.",
            new JObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.QuotaFailure",
                ["violations"] = new JArray(new JObject
                {
                    ["quotaMetric"] = metric,
                    ["quotaId"] = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                    ["quotaDimensions"] = new JObject { ["location"] = "global", ["model"] = model },
                }),
            },
            new JObject { ["@type"] = "type.googleapis.com/google.rpc.RetryInfo", ["retryDelay"] = "1s" });
    }

    private static JArray Ratings(string harassment) => new(Categories.Select(c => new JObject
    {
        ["category"] = c,
        ["probability"] = c == "HARM_CATEGORY_HARASSMENT" ? harassment : "NEGLIGIBLE",
    }));

    private static JObject Usage(int asked, int answered)
    {
        var usage = new JObject { ["promptTokenCount"] = asked };
        if (answered > 0)
            usage["candidatesTokenCount"] = answered;
        usage["totalTokenCount"] = asked + answered;
        return usage;
    }

    /// <summary>Four characters a token, the usual rule of thumb.</summary>
    private static int Tokens(string text) => (text.Length + 3) / 4;
}
