using System.Text.RegularExpressions;
using Pylon.Rpc;

namespace Pylon.Ingestion.Postcodes;

/// <summary>The first half of a postcode, which says where it is: RG41 of RG41 1AA.</summary>
internal static partial class OutwardCode
{
    /// <summary>In upper case; of a whole postcode the outward code.</summary>
    /// <exception cref="RefusalException">It has another form: INVALID_ARGUMENT.</exception>
    public static string Of(string postcode, string field)
    {
        var match = Form().Match(postcode.Trim().ToUpperInvariant());
        return match.Success
            ? match.Groups["outward"].Value
            : throw Refusal.InvalidArgument(field, "must be a postcode of Great Britain or its first half, for example RG41 1AA or RG41").AsException();
    }

    // One or two letters, a digit, and a digit or a letter where there is one; then a blank, a digit and two letters.
    [GeneratedRegex("^(?<outward>[A-Z]{1,2}[0-9][A-Z0-9]?)( ?[0-9][A-Z]{2})?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Form();
}
