namespace Pylon.Sandbox.Bpp.Callbacks;

/// <summary>An on_* message on its way to the BAP.</summary>
/// <param name="Copies">How often it is sent.</param>
/// <param name="After">How long it waits before it is sent.</param>
/// <param name="HoldFor">It lets the next callback go first, and waits for one no longer than this.</param>
internal sealed record Callback(Uri Target, string Body, RequestRecord Record, int Copies, TimeSpan After, TimeSpan? HoldFor);
