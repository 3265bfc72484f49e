using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;

namespace Pylon.Sandbox.Grid.Sources;

/// <summary>The faults of a grid source.</summary>
internal static class GridFaults
{
    public const string Delay = "delay";
    public const string DropConnection = "drop_connection";
    public const string HttpError = "http_error";
    public const string RateLimited = "rate_limited";
    public const string MalformedBody = "malformed_body";
    public const string EmptyObject = "empty_object";
    public const string EmptyData = "empty_data";
    public const string SuccessFalse = "success_false";
    public const string FewRows = "few_rows";
    public const string MissingRows = "missing_rows";
    public const string DuplicateRows = "duplicate_rows";
    public const string Outlier = "outlier";
    public const string Zero = "zero";
    public const string Negative = "negative";
    public const string NullValues = "null_values";

    public static IReadOnlyList<string> All { get; } =
    [
        Delay, DropConnection, HttpError, RateLimited, MalformedBody, EmptyObject, EmptyData, SuccessFalse,
        FewRows, MissingRows, DuplicateRows, Outlier, Zero, Negative, NullValues,
    ];

    /// <summary>False for a kind that does not apply to the answer; the fault stays for a later one.</summary>
    public static bool Fits(string kind, GridSource source, GridAnswer answer) => kind switch
    {
        Delay or DropConnection or HttpError or RateLimited => true,
        SuccessFalse => source.HasSuccessFlag && answer.Status == 200,
        FewRows or MissingRows or DuplicateRows => answer.Rows is not null,
        Outlier or Zero or Negative or NullValues => answer.Rows?.OfType<JObject>().SelectMany(answer.Values).Any() == true,
        _ => answer.Status == 200,
    };

    /// <summary>The answer with the faults of its body applied.</summary>
    public static GridAnswer Apply(GridSource source, GridAnswer answer, IReadOnlyDictionary<string, Fault> hit)
    {
        if (hit.TryGetValue(HttpError, out var error))
            return Failed(error.HttpStatus ?? 500);
        if (hit.ContainsKey(RateLimited))
            return Failed(429);
        if (hit.ContainsKey(EmptyObject))
            return GridAnswer.Ok(new JObject());
        if (hit.ContainsKey(EmptyData))
            return GridAnswer.Ok(source.Nothing);
        if (hit.ContainsKey(SuccessFalse))
            return GridAnswer.Ok(source.Failure(500));
        if (answer.Rows is { } rows)
            ApplyToRows(source, answer, rows, hit);
        return answer;

        GridAnswer Failed(int status) => new(status, source.Failure(status));
    }

    private static void ApplyToRows(GridSource source, GridAnswer answer, JArray rows, IReadOnlyDictionary<string, Fault> hit)
    {
        foreach (var (kind, value) in new[] { (Outlier, source.Outlier), (Zero, 0), (Negative, -50) })
        {
            if (!hit.TryGetValue(kind, out var fault))
                continue;
            foreach (var number in rows.OfType<JObject>().Take(fault.KeepItems).SelectMany(answer.Values))
                number.Value = value;
        }

        if (hit.TryGetValue(NullValues, out var nulls))
        {
            foreach (var number in rows.OfType<JObject>().Take(nulls.KeepItems).SelectMany(answer.Values).ToList())
                number.Value = null;
        }

        if (hit.TryGetValue(DuplicateRows, out var twice))
        {
            foreach (var row in rows.Skip(rows.Count / 2).Take(twice.KeepItems).ToList())
                row.AddAfterSelf(row.DeepClone());
        }

        // From the middle, so that there are rows before and after.
        if (hit.TryGetValue(MissingRows, out var missing))
            Remove(rows.Skip(rows.Count / 2).Take(missing.KeepItems));
        if (hit.TryGetValue(FewRows, out var few))
            Remove(rows.Skip(few.KeepItems));
    }

    private static void Remove(IEnumerable<JToken> rows)
    {
        foreach (var row in rows.ToList())
            row.Remove();
    }
}
