using System.Text;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Stacks;

/// <summary>The file <c>.pylon/env</c>: what runs where, for a shell and the other commands.</summary>
public static class EnvFile
{
    /// <summary>The variables as lines for a shell.</summary>
    public static string Format(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var text = new StringBuilder("# What runs where. For the shell: . .pylon/env\n");
        foreach (var (name, value) in variables)
            text.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
        return text.ToString();
    }

    /// <summary>The variables of such lines.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        const string Export = "export ";
        var variables = new Dictionary<string, string>();
        foreach (var line in text.Split('\n').Where(line => line.StartsWith(Export, StringComparison.Ordinal)))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            variables[line[Export.Length..equals]] = Unquote(line[(equals + 1)..]);
        }

        return variables;
    }

    /// <summary>The variables of the file; none while nothing runs.</summary>
    public static IReadOnlyDictionary<string, string> Read(Checkout checkout) =>
        File.Exists(checkout.EnvFile) ? Parse(File.ReadAllText(checkout.EnvFile)) : new Dictionary<string, string>();

    /// <summary>Writes the file; it may have a key in it.</summary>
    internal static void Write(Checkout checkout, IEnumerable<KeyValuePair<string, string>> variables) => SecretFile.Write(checkout.EnvFile, Format(variables).TrimEnd('\n'));

    // A plain word has no quotes: simpler tools than a shell read the file, too.
    private static string Quote(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:@%,=+".Contains(c, StringComparison.Ordinal)) ? value : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Unquote(string value) =>
        value.StartsWith('\'') ? value[1..^1].Replace("'\\''", "'", StringComparison.Ordinal) : value;
}
