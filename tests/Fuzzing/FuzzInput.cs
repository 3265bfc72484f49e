namespace Pylon.Fuzzing;

/// <summary>What a reader gets.</summary>
/// <param name="Bytes">The body, text or header.</param>
/// <param name="Choice">Which of the target's forms it is for, such as a topic or a dataset.</param>
/// <param name="HasGood">A good element is among the bad ones and must be read.</param>
public readonly record struct FuzzInput(byte[] Bytes, int Choice, bool HasGood = false);
