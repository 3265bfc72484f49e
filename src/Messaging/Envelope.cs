namespace Pylon.Messaging;

/// <summary>An event in the JSON of another system; see <see cref="EntryFormat.Envelope"/>.</summary>
/// <param name="Id">By which a repeated one is recognised.</param>
/// <param name="Json">In UTF-8.</param>
public sealed record Envelope(string Id, ReadOnlyMemory<byte> Json);
