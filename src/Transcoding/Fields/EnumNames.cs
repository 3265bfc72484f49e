using System.Text;
using Google.Protobuf.Reflection;

namespace Pylon.Transcoding.Fields;

internal static class EnumNames
{
    /// <summary>The prefix of the names of the values: <c>WORKLOAD_STATUS_</c> for <c>WorkloadStatus</c>.</summary>
    public static string PrefixOf(EnumDescriptor type)
    {
        var prefix = new StringBuilder();
        foreach (var letter in type.Name)
        {
            if (char.IsAsciiLetterUpper(letter) && prefix.Length > 0)
                prefix.Append('_');
            prefix.Append(char.ToUpperInvariant(letter));
        }

        return prefix.Append('_').ToString();
    }
}
