using System.Text.Json;

namespace Pylon.Ingestion.Sources.Neso;

/// <summary>A dataset's file: where it is and when it last changed.</summary>
internal sealed record CkanResource(string Id, string Name, string Url, string Format, bool InDatastore, DateTimeOffset? LastModified);

/// <summary>The answers of a CKAN portal (docs.ckan.org/en/latest/api): success is a flag in the body, also with HTTP 200.</summary>
internal static class CkanBody
{
    /// <summary>The rows of a datastore_search, how many there are in all, and their text; no rows and the problem when it failed.</summary>
    public static (ParsedBody Parsed, long Total, string Records) ReadRecords(string body, string dataset)
    {
        var parsed = new ParsedBody(dataset);
        if (Result(body, parsed) is not { } result)
            return (parsed, 0, "");
        if (result.Get("records").ValueKind != JsonValueKind.Array)
        {
            parsed.Problem = "the answer has no records";
            return (parsed, 0, "");
        }

        NesoRows.Read(parsed, result.Each("records").Select(record => (NamesOf(record), Row.Whole(record))));
        var all = result.Get("total").ValueKind == JsonValueKind.Number && result.Get("total").TryGetInt64(out var total) ? total : parsed.RowsRead;
        return (parsed, all, result.Get("records").GetRawText());
    }

    /// <summary>The files of a package_show.</summary>
    public static (IReadOnlyList<CkanResource> Resources, string? Problem) ReadPackage(string body)
    {
        var parsed = new ParsedBody("package");
        if (Result(body, parsed) is not { } result)
            return ([], parsed.Problem);
        return ([.. result.Each("resources").Select(Row.From).Select(r => new CkanResource(
            r.Text("id") ?? "", r.Text("name") ?? "", r.Text("url") ?? "", r.Text("format") ?? "", r.Text("datastore_active") == "true",
            Row.ParseTime(r.Text("last_modified")))).Where(r => r.Id.Length > 0)], null);
    }

    private static IReadOnlyList<string> NamesOf(JsonElement record) =>
        record.ValueKind == JsonValueKind.Object ? [.. record.EnumerateObject().Select(JsonBody.NameOf).OfType<string>()] : [];

    private static JsonElement? Result(string body, ParsedBody parsed)
    {
        if (JsonBody.Parse(body, parsed) is not { } root)
            return null;
        if (root.Get("success").ValueKind == JsonValueKind.True && root.Get("result").ValueKind == JsonValueKind.Object)
            return root.Get("result");
        // The portal answers an unknown action with a string.
        var error = root.Get("error") is { ValueKind: JsonValueKind.Object } said ? Row.From(said) : null;
        parsed.Problem = $"the source says success=false {error?.Text("__type")} {error?.Text("message")}".TrimEnd();
        return null;
    }
}
