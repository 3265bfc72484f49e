using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Catalogs;

/// <summary>Reads catalogues from the body of a PUT and from the files that SANDBOX_CATALOG names.</summary>
internal static class CatalogFiles
{
    /// <summary>Takes an on_discover message, an array of those, or {"catalogs": [...]}.</summary>
    public static JArray Read(JToken body)
    {
        var sources = body is JArray several ? [.. several] : new List<JToken> { body };
        var catalogs = new JArray();
        for (var i = 0; i < sources.Count; i++)
        {
            var place = body is JArray ? $"[{i}]." : "";
            var found = CatalogsOf(sources[i])
                ?? throw new BadInputException(place + "message.catalogs", $"'{place}message.catalogs' (or '{place}catalogs') must be an array");
            foreach (var catalog in found)
                catalogs.Add(Checked(catalog, $"{place}catalogs[{catalogs.Count}]"));
        }
        return catalogs;
    }

    /// <summary>Loads a file, a comma-separated list of files, or every *.json with message.catalogs of a folder, by name.</summary>
    public static JArray Load(string setting)
    {
        var catalogs = new JArray();
        foreach (var path in setting.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var isFolder = Directory.Exists(path);
            if (!isFolder && !File.Exists(path))
                throw new InvalidOperationException($"SANDBOX_CATALOG: '{path}' must be a file or a folder");
            IEnumerable<string> files = isFolder ? Directory.GetFiles(path, "*.json").Order(StringComparer.Ordinal) : [path];
            foreach (var file in files)
                AddFile(catalogs, file, skipOthers: isFolder);
        }
        return catalogs.Count > 0 ? catalogs : throw new InvalidOperationException($"SANDBOX_CATALOG is '{setting}': a file must have message.catalogs");
    }

    private static void AddFile(JArray catalogs, string file, bool skipOthers)
    {
        try
        {
            var body = Json.Parse(File.ReadAllText(file));
            if (skipOthers && CatalogsOf(body) is null)
                return;
            foreach (var catalog in Read(body).ToList())
                catalogs.Add(catalog);
        }
        catch (Exception unusable) when (unusable is JsonException or BadInputException)
        {
            throw new InvalidOperationException($"SANDBOX_CATALOG: {file}: {unusable.Message}", unusable);
        }
    }

    private static JArray? CatalogsOf(JToken body) =>
        body is not JObject ? null : (body["message"] as JObject)?["catalogs"] as JArray ?? body["catalogs"] as JArray;

    private static JToken Checked(JToken catalog, string place)
    {
        if (catalog is not JObject)
            throw new BadInputException(place, $"'{place}' must be an object");
        if (catalog["beckn:items"] is not JArray items)
            throw new BadInputException(place + ".beckn:items", $"'{place}.beckn:items' must be an array");
        for (var i = 0; i < items.Count; i++)
        {
            if (Json.Text(items[i], "beckn:id") is null)
                throw new BadInputException($"{place}.beckn:items[{i}].beckn:id", $"'{place}.beckn:items[{i}].beckn:id' must be a string");
        }
        if (catalog["beckn:offers"] is not (null or JArray))
            throw new BadInputException(place + ".beckn:offers", $"'{place}.beckn:offers' must be an array");
        return catalog.DeepClone();
    }
}
