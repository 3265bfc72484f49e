namespace Pylon.Transcoding.Problems;

/// <summary>The rule that a field of a request breaks; the field with its path, spelled as in the request.</summary>
public readonly record struct FieldProblem(string Field, string Description)
{
    public override string ToString() => Field.Length > 0 ? $"{Field}: {Description}" : Description;
}
