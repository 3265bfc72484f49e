namespace Pylon.Transcoding.Problems;

/// <summary>What is wrong with one field of a request; the field as the caller wrote it, with its path.</summary>
public readonly record struct FieldProblem(string Field, string Description)
{
    public override string ToString() => Field.Length > 0 ? $"{Field}: {Description}" : Description;
}
