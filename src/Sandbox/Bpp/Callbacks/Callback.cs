namespace Pylon.Sandbox.Bpp.Callbacks;

/// <summary>An on_* message to the BAP.</summary>
/// <param name="Copies">How often it is sent.</param>
/// <param name="After">How long it waits before it is sent.</param>
/// <param name="HoldFor">It is sent after the next callback, or after this time.</param>
/// <param name="Authorize">The Authorization header of one sending of these bytes; null sends none.</param>
internal sealed record Callback(Uri Target, string Body, RequestRecord Record, int Copies, TimeSpan After, TimeSpan? HoldFor, Func<byte[], string?> Authorize);
