using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Gemini;

/// <summary>The last requests with their bodies.</summary>
internal sealed class GeminiRequests() : RecentRequests<JObject>(1_000);
