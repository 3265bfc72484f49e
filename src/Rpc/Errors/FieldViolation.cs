namespace Pylon.Rpc;

/// <summary>A field of the request, under its proto name, and the rule that it breaks.</summary>
public sealed record FieldViolation(string Field, string Rule);
