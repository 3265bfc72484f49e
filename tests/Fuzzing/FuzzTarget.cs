using System.Text;

namespace Pylon.Fuzzing;

/// <summary>A reader and the inputs for it.</summary>
/// <param name="name">The word in the table and in a failure.</param>
public abstract class FuzzTarget(string name)
{
    public string Name { get; } = name;

    /// <summary>The input depends on nothing but the random numbers, so that it can be made again.</summary>
    public abstract FuzzInput Next(Random random);

    /// <summary>Throws when the reader does: only the refusal that the reader documents is caught.</summary>
    public abstract void Read(FuzzInput input);

    public override string ToString() => Name;

    protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(FuzzInput input) => Encoding.UTF8.GetString(input.Bytes);

    protected static void Expect(bool holds, string property)
    {
        if (!holds)
            throw new FuzzException(property);
    }
}
