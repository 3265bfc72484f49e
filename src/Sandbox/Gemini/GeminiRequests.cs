namespace Pylon.Sandbox.Gemini;

/// <summary>The last requests with their bodies.</summary>
internal sealed class GeminiRequests() : RecentRequests(1_000);
