using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Callbacks;

/// <summary>The last requests to the provider.</summary>
internal sealed class RequestLog() : RecentRequests<RequestRecord>(10_000);
