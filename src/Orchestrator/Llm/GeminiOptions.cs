using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Llm;

/// <summary>The language model that writes summaries and is heard on decisions. Section Gemini.</summary>
internal sealed class GeminiOptions
{
    /// <summary>GEMINI_API_KEY: without it the built-in writer and the scorer work alone.</summary>
    public string? ApiKey { get; set; }

    /// <summary>GEMINI_BASE_URL: the address of the Gemini API.</summary>
    [Required]
    public Uri BaseUrl { get; set; } = new("https://generativelanguage.googleapis.com");

    /// <summary>GEMINI_MODEL: the model, by its name in the Gemini API.</summary>
    [Required]
    public string Model { get; set; } = "gemini-2.0-flash";

    /// <summary>The longest wait for an answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(8);
}
