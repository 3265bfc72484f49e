namespace Pylon.Messaging;

/// <summary>An event in the JSON of another system; see <see cref="EntryFormat.Envelope"/>.</summary>
/// <param name="Id">By which a repeated one is recognised.</param>
/// <param name="Json">In UTF-8.</param>
/// <param name="Subject">What it is about; those of one subject stay in order.</param>
public sealed record Envelope(string Id, ReadOnlyMemory<byte> Json, string Subject = "");
