using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Pylon.Transcoding.Fields;

/// <summary>The messages of google.protobuf that proto3 JSON writes as a single text or number.</summary>
public static partial class WellKnown
{
    // The bounds of a google.protobuf.Duration: about 10,000 years.
    private const long MaxDurationSeconds = 315_576_000_000;

    public static bool IsWrapper(MessageDescriptor type) =>
        ReferenceEquals(type.File, WrappersReflection.Descriptor);

    /// <summary>True for a message that is written as one text, so that a path or a query can carry it.</summary>
    public static bool HasText(MessageDescriptor type) =>
        IsWrapper(type) || type == Timestamp.Descriptor || type == Duration.Descriptor || type == FieldMask.Descriptor;

    internal static ScalarText Parse(MessageDescriptor type, string text)
    {
        if (IsWrapper(type))
            return ScalarText.Parse(type.FindFieldByNumber(1), text);
        if (type == Timestamp.Descriptor)
            return ParseTimestamp(text);
        if (type == Duration.Descriptor)
            return ParseDuration(text);
        return type == FieldMask.Descriptor ? ParseFieldMask(text) : ScalarText.Wrong("is an object and cannot be given as text");
    }

    private static ScalarText ParseTimestamp(string text)
    {
        const string Problem = "must be an RFC 3339 time such as 2026-01-31T12:00:00Z";
        var match = Rfc3339().Match(text);
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTime.TryParseExact(match.Groups["time"].Value.ToUpperInvariant(), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, Utc, out var time))
            return ScalarText.Wrong(Problem);
        var offset = 0;
        if (match.Groups["hours"].Success)
        {
            var hours = int.Parse(match.Groups["hours"].ValueSpan);
            var minutes = int.Parse(match.Groups["minutes"].ValueSpan);
            if (hours > 23 || minutes > 59)
                return ScalarText.Wrong(Problem);
            offset = ((hours * 60) + minutes) * (match.Groups["sign"].Value == "-" ? -60 : 60);
        }

        var seconds = ((DateTimeOffset)time).ToUnixTimeSeconds() - offset;
        return seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? ScalarText.Wrong("must be a time from the year 1 to 9999")
            : new(new Timestamp { Seconds = seconds, Nanos = Nanos(match.Groups["fraction"]) }, null);
    }

    private static ScalarText ParseDuration(string text)
    {
        var match = Seconds().Match(text);
        if (!match.Success)
            return ScalarText.Wrong("must be seconds with an s, such as 1.5s");
        var seconds = long.Parse(match.Groups["seconds"].ValueSpan);
        if (seconds > MaxDurationSeconds)
            return ScalarText.Wrong($"must be from -{MaxDurationSeconds}s to {MaxDurationSeconds}s");
        var sign = match.Groups["sign"].Length > 0 ? -1 : 1;
        return new(new Duration { Seconds = sign * seconds, Nanos = sign * Nanos(match.Groups["fraction"]) }, null);
    }

    private static int Nanos(Group fraction) =>
        fraction.Success ? int.Parse(fraction.Value.PadRight(9, '0')) : 0;

    private static ScalarText ParseFieldMask(string text)
    {
        var mask = new FieldMask();
        foreach (var path in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!MaskPath().IsMatch(path))
                return ScalarText.Wrong("must be field names separated by commas");
            mask.Paths.Add(JsonNamingPolicy.SnakeCaseLower.ConvertName(path));
        }

        return new(mask, null);
    }

    [GeneratedRegex(@"^(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]{1,9}))?([Zz]|(?<sign>[+-])(?<hours>[0-9]{2}):(?<minutes>[0-9]{2}))\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rfc3339();

    [GeneratedRegex(@"^(?<sign>-?)(?<seconds>[0-9]{1,12})(\.(?<fraction>[0-9]{1,9}))?s\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Seconds();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MaskPath();
}
