using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Grid.Sources;

namespace Pylon.Sandbox.Grid.Neso;

/// <summary>
/// NESO's data portal, a CKAN (docs.ckan.org/en/latest/api): a flag in the body says whether an action succeeded, a page
/// has 100 rows by default and at most 32,000, and a file has a signed address.
/// </summary>
internal sealed class NesoPortal() : GridSource("neso", ["package_show", "package_search", "resource_show", "datastore_search", "download"], outlier: 285_600)
{
    private const string Actions = "api/3/action/";
    private const string Portal = "https://api.neso.energy";
    private const int UsualPage = 100;
    private const int LargestPage = 32_000;
    private static readonly string[] Numbers = ["ND", "FORECASTDEMAND", "NATIONALDEMAND", "Demand_Forecast", "EMBEDDED_WIND_FORECAST"];
    private static readonly string[] SearchParameters = ["resource_id", "limit", "offset", "include_total", "records_format"];

    public override bool HasSuccessFlag => true;

    public override JToken Nothing => Success("datastore_search", new JObject { ["records"] = new JArray(), ["fields"] = new JArray(), ["total"] = 0 });

    public override string DatasetOf(string path) =>
        path.StartsWith("dataset/", StringComparison.Ordinal) ? "download" : Datasets.FirstOrDefault(d => d == Action(path)) ?? "other";

    public override JToken Failure(int status) => status switch
    {
        429 => Error("Rate Limit Error", "message", "Too many requests."),
        _ => Error("Internal Server Error", "message", "The action could not be carried out."),
    };

    public override GridAnswer Answer(string path, IQueryCollection query, DateTimeOffset now) => Action(path) switch
    {
        "package_show" => PackageShow(Text(query, "id") ?? Text(query, "name_or_id"), now),
        "package_search" => PackageSearch(Text(query, "q") ?? "", now),
        "resource_show" => Text(query, "id") is not { } id ? Missing("id")
            : Find(id) is { } file ? GridAnswer.Ok(Success("resource_show", Resource(file, now))) : NotFound("Not found"),
        "datastore_search" => Search(query, now),
        _ when path.Split('/') is ["dataset", _, "resource", var id, "download", _] => Download(path, Find(id), Text(query, "X-Amz-Signature"), now),
        var action => new GridAnswer(400, new JValue($"Bad request - Action name not known: {action}")),
    };

    private static string Action(string path) => path.StartsWith(Actions, StringComparison.Ordinal) ? path[Actions.Length..] : path;

    private static GridAnswer PackageShow(string? id, DateTimeOffset now)
    {
        if (id is null)
            return Missing("name_or_id");
        var files = NesoFiles.All.Where(f => f.Package == id || PackageId(f.Package) == id).ToList();
        return files.Count == 0 ? NotFound("Not found") : GridAnswer.Ok(Success("package_show", Package(files, now)));
    }

    private static GridAnswer PackageSearch(string words, DateTimeOffset now)
    {
        var found = NesoFiles.All.GroupBy(f => f.Package).Where(p => p.Key.Contains(words.Replace(' ', '-'), StringComparison.OrdinalIgnoreCase)).ToList();
        return GridAnswer.Ok(Success("package_search", new JObject { ["count"] = found.Count, ["results"] = new JArray(found.Select(p => Package([.. p], now))) }));
    }

    private static GridAnswer Search(IQueryCollection query, DateTimeOffset now)
    {
        if (Text(query, "resource_id") is not { } id)
            return Missing("resource_id");
        if (query.Keys.FirstOrDefault(k => !SearchParameters.Contains(k)) is { } unknown)
            return Invalid(unknown, "The sandbox does not simulate this parameter");
        if (Whole(query, "limit", UsualPage) is not { } limit)
            return Invalid("limit", "Must be a natural number");
        if (Whole(query, "offset", 0) is not { } offset)
            return Invalid("offset", "Must be a natural number");
        if (Find(id) is not { Rows: { } read } file)
            return NotFound($"Not found: Resource \"{id}\" was not found.");

        // CKAN reduces a larger limit without an error.
        limit = Math.Min(limit, LargestPage);
        var all = read(file.Modified(now)).ToList();
        var records = new JArray(all.Select(Numbered).Skip(offset).Take(limit));
        var address = $"/api/3/action/datastore_search?resource_id={id}&limit={limit}";
        var result = new JObject
        {
            ["include_total"] = true,
            ["resource_id"] = id,
            ["fields"] = new JArray(Numbered(all[0], 0).Properties().Select(p => new JObject { ["id"] = p.Name, ["type"] = Type(p) })),
            ["records_format"] = "objects",
            ["records"] = records,
            ["limit"] = limit,
            ["offset"] = offset,
            ["_links"] = new JObject { ["start"] = address, ["next"] = $"{address}&offset={offset + limit}" },
            ["total"] = all.Count,
        };
        return new GridAnswer(200, Success("datastore_search", result)) { Rows = records, Values = Values };
    }

    // Without a signature, the portal redirects to the signed address of the file.
    private static GridAnswer Download(string path, NesoFile? file, string? signature, DateTimeOffset now)
    {
        if (file?.Rows is not { } read)
            return NotFound("Not found");
        var signed = Hash(file.Id);
        if (signature is null)
            return new GridAnswer(302, new JObject()) { Location = $"/neso/{path}?X-Amz-Expires=600&X-Amz-Signature={signed}" };
        if (signature != signed)
            return new GridAnswer(403, new JObject { ["message"] = "SignatureDoesNotMatch" });
        var rows = read(file.Modified(now)).ToList();
        var csv = new StringBuilder().AppendJoin(',', rows[0].Properties().Select(p => p.Name)).Append('\n');
        foreach (var row in rows)
            csv.AppendJoin(',', row.Properties().Select(p => Convert.ToString(((JValue)p.Value).Value, CultureInfo.InvariantCulture))).Append('\n');
        return GridAnswer.Ok(new JObject()) with { Csv = csv.ToString() };
    }

    private static JObject Package(IReadOnlyList<NesoFile> files, DateTimeOffset now) => new()
    {
        ["id"] = PackageId(files[0].Package),
        ["name"] = files[0].Package,
        ["title"] = files[0].Package.Replace('-', ' '),
        ["license_id"] = "sandbox",
        ["license_title"] = "Made up by the Pylon sandbox",
        ["resources"] = new JArray(files.Select(f => Resource(f, now))),
    };

    private static JObject Resource(NesoFile file, DateTimeOffset now) => new()
    {
        ["id"] = file.Id,
        ["name"] = file.Name,
        ["format"] = file.Rows is null ? "DOC" : "CSV",
        ["url_type"] = "upload",
        ["url"] = $"{Portal}/dataset/{PackageId(file.Package)}/resource/{file.Id}/download/{file.FileName}",
        ["last_modified"] = file.Modified(now).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.877001'"),
        ["size"] = null,
        ["datastore_active"] = file.Rows is not null,
    };

    private static JObject Numbered(JObject row, int index) => new(new JProperty("_id", index + 1), row.Properties());

    private static IEnumerable<JValue> Values(JObject row) => Numbers.Select(n => row[n]).OfType<JValue>();

    private static string Type(JProperty property) => property.Name == "_id" ? "int" : property.Value.Type switch
    {
        JTokenType.Integer => "int4",
        JTokenType.Float => "numeric",
        _ => "text",
    };

    private static NesoFile? Find(string id) => NesoFiles.All.FirstOrDefault(f => f.Id == id);

    private static string PackageId(string package) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(package)).AsSpan(0, 16)).ToString("D");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string? Text(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    private static int? Whole(IQueryCollection query, string name, int otherwise) => Text(query, name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static JObject Success(string action, JObject result) =>
        new() { ["help"] = $"{Portal}/api/3/action/help_show?name={action}", ["success"] = true, ["result"] = result };

    private static GridAnswer NotFound(string message) => new(404, Error("Not Found Error", "message", message));

    private static GridAnswer Missing(string name) => Invalid(name, "Missing value");

    private static GridAnswer Invalid(string name, string why) => new(409, Error("Validation Error", name, new JArray(why)));

    private static JObject Error(string type, string name, JToken what) =>
        new() { ["help"] = $"{Portal}/api/3/action/help_show", ["success"] = false, ["error"] = new JObject { ["__type"] = type, [name] = what } };
}
