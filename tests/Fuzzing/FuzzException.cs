namespace Pylon.Fuzzing;

/// <summary>A reader did not throw, and still broke a property of its target.</summary>
public sealed class FuzzException(string property) : Exception(property);
