using System.Text;

namespace Pylon.Sandbox.Bpp.Filters;

/// <summary>
/// Rewrites a path of the Beckn examples for Newtonsoft: <c>.beckn:price</c> becomes <c>['beckn:price']</c> (a shorthand
/// name must not have a colon) and strings in double quotes become strings in single quotes. Quoted text is not changed.
/// </summary>
internal static class JsonPathRewriter
{
    public static string Rewrite(string path)
    {
        var result = new StringBuilder(path.Length + 16);
        for (var i = 0; i < path.Length;)
        {
            if (path[i] is '\'' or '"')
            {
                i = CopyQuoted(path, i, result);
            }
            else if (path[i] == '.' && NameEnd(path, i + 1) is var end && path.AsSpan(i + 1, end - i - 1).Contains(':'))
            {
                // `..ns:name` keeps both dots: Newtonsoft reads a bracket after them.
                if (i > 0 && path[i - 1] == '.')
                    result.Append('.');
                result.Append("['").Append(path, i + 1, end - i - 1).Append("']");
                i = end;
            }
            else
            {
                result.Append(path[i++]);
            }
        }

        return result.ToString();
    }

    /// <summary>The index after the closing quote of the string that begins at <paramref name="start"/>.</summary>
    public static int SkipQuoted(string text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == text[start])
                return i + 1;
        }
        throw new JsonPathException($"the string that begins at position {start} must have a closing quote");
    }

    private static int CopyQuoted(string path, int start, StringBuilder result)
    {
        var end = SkipQuoted(path, start);
        if (path[start] == '\'')
            return Append(path[start..end]);
        var inner = path[(start + 1)..(end - 1)].Replace("\\\"", "\"", StringComparison.Ordinal);
        return Append("'" + inner.Replace("'", "\\'", StringComparison.Ordinal) + "'");

        int Append(string quoted)
        {
            result.Append(quoted);
            return end;
        }
    }

    private static int NameEnd(string path, int start)
    {
        var end = start;
        while (end < path.Length && (char.IsLetterOrDigit(path[end]) || path[end] is '_' or ':' or '-' || path[end] >= 0x80))
            end++;
        return end;
    }
}

/// <summary>An expression that cannot be read or evaluated.</summary>
internal sealed class JsonPathException(string message) : Exception(message);
